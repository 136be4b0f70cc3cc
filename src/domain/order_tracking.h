// Orders in a customer's own database, as an admin has said where they are: what is asked for, what
// is late, and how a visitor is told. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "domain/external_database.h"

namespace monitora {

// What an order's status means, beside its label.
enum class OrderState { open, delivered, cancelled };
std::string_view to_string(OrderState state);
std::optional<OrderState> parse_order_state(std::string_view text);

struct OrderStatus {
  std::string value;  // as the database has it
  Sentence label;
  OrderState state = OrderState::open;
};

// Where orders are. Tables as in ExternalDatabase::allowed_tables, without columns; columns by
// their names; "" where there is none.
struct OrderMapping {
  enum class Claim { email, sub };  // of the user_token
  struct Customers {                // where the owner column is not the orders' own
    std::string table;
    std::string key_column;
    std::string order_column;  // of the orders: whose they are
  };
  struct Items {
    std::string table;
    std::string order_column;  // of the items: of which order
    std::string key_column;    // of the orders
    std::string name_column;
    std::string quantity_column;
  };

  static constexpr std::size_t kMostStatuses = 100;
  static constexpr int kMostDays = 365;

  bool is_enabled = true;
  std::string table;
  std::string number_column, date_column, status_column;
  std::string promised_column, delivered_column, total_column, tracking_column;
  std::string currency;  // written after the total
  Claim owner_claim = Claim::email;
  std::string owner_column;  // of `customers` where there is one
  std::optional<Customers> customers;
  std::optional<Items> items;
  std::vector<OrderStatus> statuses;  // others are shown as they are, and count as open
  std::optional<int> delivery_days;   // from the order to the delivery, where none is promised
  int slightly_late_days = 2;         // up to so many, it is slightly late
  // As the database calls them: what they are compared with depends on it.
  std::string number_type, owner_type;
};
std::string_view to_string(OrderMapping::Claim claim);

// invalid, with every table and column that `tables` (those allowed) lacks, and whatever else is
// wrong. Sets the names as the database writes them, and the types.
Status check_order_mapping(OrderMapping& mapping, const std::vector<ExternalTable>& tables);

// A statement of ours, for the guard.
struct OrderQuery {
  std::string sql;
  ExternalParameters parameters;
};
inline constexpr int kMostOrders = 5;
inline constexpr int kMostItems = 20;
// The orders of `owner` with one of these numbers, or the latest. Nothing where the owner or all
// the numbers are none that the columns can hold.
std::optional<OrderQuery> orders_query(ExternalEngine engine, const OrderMapping& mapping,
                                       const std::string& owner,
                                       const std::vector<std::string>& numbers);
// What is in one order of `owner`; nothing too where the mapping knows no items.
std::optional<OrderQuery> items_query(ExternalEngine engine, const OrderMapping& mapping,
                                      const std::string& owner, const std::string& number);

enum class OrderTiming { unknown, on_time, slightly_late, late };
std::string_view to_string(OrderTiming timing);

struct Order {
  std::string number;
  std::optional<Day> ordered, expected, delivered;
  std::string status;  // the database's
  std::optional<Sentence> label;
  OrderState state = OrderState::open;
  std::string total, tracking;
  OrderTiming timing = OrderTiming::unknown;
  int days_late = 0;
  std::vector<std::string> items;  // "2 × Lampe"
};
// What orders_query() answered, of `owner` for certain: a database may take for equal what is not
// (letter case, accents, "12abc" for 12), so whose a row is is compared again.
std::vector<Order> read_orders(const OrderMapping& mapping, const ExternalRows& rows,
                               const std::string& owner, const TimeZone& zone, Day today);
std::vector<std::string> read_items(const OrderMapping& mapping, const ExternalRows& rows,
                                    const std::string& owner);

// What a visitor is told.
Sentence orders_answer(const std::vector<Order>& orders);
Sentence no_such_order(const std::vector<std::string>& numbers);
Sentence no_orders();
Sentence must_sign_in();
Sentence orders_unavailable();

}  // namespace monitora
