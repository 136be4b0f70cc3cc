#include "domain/order_tracking.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/id.h"
#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestShown = 200;  // characters of a value

constexpr const char* kFrenchMonths[] = {"janvier",   "février", "mars",     "avril",
                                         "mai",       "juin",    "juillet",  "août",
                                         "septembre", "octobre", "novembre", "décembre"};
constexpr const char* kEnglishMonths[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

std::string text_of(const ExternalValue& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return std::string(character_prefix(collapse_spaces(*text), kLongestShown));
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return {};
}

// An amount has two digits after the point.
std::string amount_of(const ExternalValue& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? fmt::format("{:.2f}", *number) : text_of(value);
}

// A date, or a time as the three engines write them: without an offset it is the shop's own clock.
std::optional<Day> day_of(const ExternalValue& value, const TimeZone& zone) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || text->size() < 10) return std::nullopt;
  const auto day = parse_day(std::string_view(*text).substr(0, 10));
  std::string rest = text->substr(10);
  const std::size_t sign = rest.find_first_of("+-");
  if (!day || sign == std::string::npos) return day;
  std::string offset = rest.substr(sign);
  if (offset.size() == 3) offset += ":00";
  const auto time =
      parse_time(text->substr(0, 10) + "T" +
                 std::string(trim(std::string_view(rest).substr(1, sign - 1))) + offset);
  return time ? zone.day_of(*time) : day;
}

class Columns {
 public:
  explicit Columns(const ExternalRows& rows) : rows_(rows) {}
  const ExternalValue& of(const std::vector<ExternalValue>& row, std::string_view name) const {
    static const ExternalValue kNone = nullptr;
    for (std::size_t i = 0; i < rows_.columns.size() && i < row.size(); ++i)
      if (lower(rows_.columns[i]) == name) return row[i];
    return kNone;
  }

 private:
  const ExternalRows& rows_;
};

bool is_owners(const OrderMapping& mapping, const ExternalValue& value, const std::string& owner) {
  if (std::holds_alternative<std::nullptr_t>(value)) return false;
  std::string found;
  if (const auto* text = std::get_if<std::string>(&value))
    found = text->substr(0, text->find_last_not_of(' ') + 1);  // CHAR(n) is filled up
  else
    found = text_of(value);
  if (found.empty()) return false;
  if (mapping.owner_claim == OrderMapping::Claim::email || (Uuid::parse(found)))
    return lower(found) == lower(owner);
  return found == owner;
}

void judge(const OrderMapping& mapping, Order& order, Day today) {
  if (!order.expected && order.ordered && mapping.delivery_days)
    order.expected = *order.ordered + std::chrono::days(*mapping.delivery_days);
  if (order.state == OrderState::cancelled || !order.expected) return;
  if (order.state == OrderState::delivered && !order.delivered) return;
  const Day reached = order.delivered.value_or(today);
  order.days_late = std::max(0, static_cast<int>((reached - *order.expected).count()));
  order.timing = order.days_late == 0                            ? OrderTiming::on_time
                 : order.days_late <= mapping.slightly_late_days ? OrderTiming::slightly_late
                                                                 : OrderTiming::late;
}

std::string french(Day day) {
  const std::chrono::year_month_day date(day);
  const unsigned number = static_cast<unsigned>(date.day());
  return fmt::format("{} {} {}", number == 1 ? "1er" : std::to_string(number),
                     kFrenchMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

std::string english(Day day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()),
                     kEnglishMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

Sentence days(int count) {
  return {fmt::format("{} jour{}", count, count > 1 ? "s" : ""),
          fmt::format("{} day{}", count, count > 1 ? "s" : "")};
}

void append(Sentence& to, const std::string& fr, const std::string& en) {
  to.fr += fr;
  to.en += en;
}

// ", attendue le 7 mars 2024 : légèrement en retard (2 jours)"
void append_timing(Sentence& to, const Order& order) {
  const Sentence late = days(order.days_late);
  if (order.delivered) {
    append(to, ", livrée le " + french(*order.delivered),
           ", delivered on " + english(*order.delivered));
    if (order.timing == OrderTiming::on_time) append(to, ", dans les temps", ", on time");
    if (order.timing == OrderTiming::slightly_late)
      append(to, ", avec un léger retard (" + late.fr + ")", ", slightly late (" + late.en + ")");
    if (order.timing == OrderTiming::late)
      append(to, ", avec " + late.fr + " de retard", ", " + late.en + " late");
    return;
  }
  if (!order.expected || order.state != OrderState::open) return;
  append(to, ", livraison prévue le " + french(*order.expected),
         ", expected on " + english(*order.expected));
  if (order.timing == OrderTiming::on_time)
    append(to, " : elle est dans les temps", ": it is on time");
  if (order.timing == OrderTiming::slightly_late)
    append(to, " : elle est légèrement en retard (" + late.fr + ")",
           ": it is slightly late (" + late.en + ")");
  if (order.timing == OrderTiming::late)
    append(to, " : elle est en retard de " + late.fr + ", nous en sommes désolés",
           ": it is " + late.en + " late, we are sorry");
}

Sentence told(const Order& order) {
  Sentence out{order.number, order.number};
  if (order.ordered) append(out, " du " + french(*order.ordered), " of " + english(*order.ordered));
  if (order.label)
    append(out, " : " + order.label->fr, ": " + order.label->en);
  else if (!order.status.empty())
    append(out, " : " + order.status, ": " + order.status);
  append_timing(out, order);
  append(out, ".", ".");
  if (!order.total.empty()) {
    std::string comma = order.total;
    std::ranges::replace(comma, '.', ',');
    append(out, " Total : " + comma + ".", " Total: " + order.total + ".");
  }
  if (!order.tracking.empty())
    append(out, " Suivi : " + order.tracking, " Tracking: " + order.tracking);
  if (!order.items.empty()) {
    append(out, "\n\nArticles :", "\n\nItems:");
    for (const std::string& each : order.items) append(out, "\n- " + each, "\n- " + each);
  }
  return out;
}

}  // namespace

std::string_view to_string(OrderState state) {
  switch (state) {
    case OrderState::delivered:
      return "delivered";
    case OrderState::cancelled:
      return "cancelled";
    case OrderState::open:
      break;
  }
  return "open";
}

std::optional<OrderState> parse_order_state(std::string_view text) {
  for (const OrderState state : {OrderState::open, OrderState::delivered, OrderState::cancelled})
    if (text == to_string(state)) return state;
  return std::nullopt;
}

std::string_view to_string(OrderMapping::Claim claim) {
  return claim == OrderMapping::Claim::email ? "email" : "sub";
}

std::string_view to_string(OrderTiming timing) {
  switch (timing) {
    case OrderTiming::on_time:
      return "on_time";
    case OrderTiming::slightly_late:
      return "slightly_late";
    case OrderTiming::late:
      return "late";
    case OrderTiming::unknown:
      break;
  }
  return "unknown";
}

std::vector<Order> read_orders(const OrderMapping& mapping, const ExternalRows& rows,
                               const std::string& owner, const TimeZone& zone, Day today) {
  const Columns columns(rows);
  std::vector<Order> orders;
  for (const auto& row : rows.rows) {
    if (!is_owners(mapping, columns.of(row, "order_owner"), owner)) continue;
    Order order;
    order.number = text_of(columns.of(row, "order_number"));
    order.ordered = day_of(columns.of(row, "order_date"), zone);
    order.expected = day_of(columns.of(row, "promised_date"), zone);
    order.delivered = day_of(columns.of(row, "delivered_date"), zone);
    order.status = text_of(columns.of(row, "order_status"));
    order.tracking = text_of(columns.of(row, "order_tracking"));
    order.total = amount_of(columns.of(row, "order_total"));
    if (!order.total.empty() && !mapping.currency.empty()) order.total += " " + mapping.currency;
    for (const OrderStatus& each : mapping.statuses)
      if (each.value == order.status) {
        order.label = each.label;
        order.state = each.state;
      }
    // Its status need not have a label for that to be known.
    if (order.delivered && order.state == OrderState::open) order.state = OrderState::delivered;
    judge(mapping, order, today);
    orders.push_back(std::move(order));
  }
  return orders;
}

std::vector<std::string> read_items(const OrderMapping& mapping, const ExternalRows& rows,
                                    const std::string& owner) {
  const Columns columns(rows);
  std::vector<std::string> items;
  for (const auto& row : rows.rows) {
    if (!is_owners(mapping, columns.of(row, "order_owner"), owner)) continue;
    const std::string name = text_of(columns.of(row, "item_name"));
    const std::string quantity = text_of(columns.of(row, "item_quantity"));
    if (!name.empty()) items.push_back(quantity.empty() ? name : quantity + " × " + name);
  }
  return items;
}

Sentence orders_answer(const std::vector<Order>& orders) {
  if (orders.size() == 1) {
    const Sentence one = told(orders[0]);
    return {"Votre commande " + one.fr, "Your order " + one.en};
  }
  Sentence out{"Vos commandes, la plus récente d'abord :", "Your orders, the latest first:"};
  for (const Order& each : orders) {
    const Sentence one = told(each);
    append(out, "\n- " + one.fr, "\n- " + one.en);
  }
  return out;
}

Sentence no_such_order(const std::vector<std::string>& numbers) {
  const std::string shown = fmt::format("{}", fmt::join(numbers, ", "));
  return {"Je ne trouve pas de commande " + shown +
              " à votre nom. Vérifiez le numéro, il figure dans le message de confirmation.",
          "I find no order " + shown +
              " in your name. Please check the number, it is in the confirmation message."};
}

Sentence no_orders() {
  return {"Je ne trouve aucune commande à votre nom.", "I find no order in your name."};
}

Sentence must_sign_in() {
  return {
      "Pour parler de vos commandes, je dois savoir qui vous êtes : connectez-vous à votre "
      "compte sur ce site, puis posez à nouveau la question.",
      "To speak of your orders I need to know who you are: sign in to your account on this "
      "site, then ask again."};
}

Sentence orders_unavailable() {
  return {"Je ne peux pas consulter les commandes en ce moment. Réessayez dans quelques minutes.",
          "I cannot look at orders at the moment. Please try again in a few minutes."};
}

}  // namespace monitora
