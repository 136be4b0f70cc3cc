// A shop of any size, the same for the same seed, as SQL for each of the three databases: for tests
// and benches (tests/tools/shop_script.cc prints it).
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/external_database.h"

namespace monitora::external {

struct ShopSize {
  int orders = 100'000;
  std::uint64_t seed = 1;
  // The shop's own today; its orders are of the year before it.
  std::chrono::sys_days today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);
};

// What was generated, counted while it was.
struct ShopFigures {
  int customers = 0, products = 0, orders = 0, lines = 0;
  int delivered = 0, late = 0, without_email = 0;  // late: delivered after the day promised
  std::int64_t cents = 0;                          // of all orders' totals
};

namespace shop {

// splitmix64 (Steele, Lea, Flood 2014): the same numbers with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  int below(int limit) { return static_cast<int>(next() % static_cast<std::uint64_t>(limit)); }
  bool percent(int of_hundred) { return below(100) < of_hundred; }
  template <std::size_t n>
  std::string_view one_of(const std::array<std::string_view, n>& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(n)))];
  }

 private:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
  }
  std::uint64_t state_;
};

inline constexpr std::array<std::string_view, 20> kFirstNames{
    "Zoé",    "Élodie", "François", "Chloé",  "Jérôme",   "Anaïs",   "Noël",
    "Hélène", "Loïc",   "Aurélie",  "Rémi",   "Gaëlle",   "Benoît",  "Inès",
    "Cédric", "Maëlle", "Gérard",   "Océane", "Stéphane", "Clémence"};
inline constexpr std::array<std::string_view, 20> kLastNames{
    "Lefèvre", "D'Almeida", "Müller", "Béranger", "Lemaître", "N'Guessan",    "Cœur",
    "Garçon",  "Dubois",    "Moreau", "Lévêque",  "Poincaré", "Ça",           "O'Brien",
    "Crépeau", "Hervé",     "L'Hôte", "Naïm",     "Forêt",    "Saint-Exupéry"};
inline constexpr std::array<std::string_view, 12> kCities{
    "Lyon",   "Paris",           "Besançon", "Orléans", "Saint-Étienne", "Nîmes",
    "Angers", "L'Haÿ-les-Roses", "Genève",   "Liège",   "Montréal",      "Bordeaux"};
inline constexpr std::array<std::string_view, 5> kCountries{"FR", "FR", "FR", "BE", "CH"};
inline constexpr std::array<std::string_view, 6> kCategories{"cafetières", "théières", "tasses",
                                                             "cafés",      "thés",     "pièces"};
inline constexpr std::array<std::string_view, 6> kThings{"Cafetière", "Théière", "Tasse",
                                                         "Moulin",    "Filtre",  "Bouilloire"};
inline constexpr std::array<std::string_view, 6> kMakes{"émaillée", "Éclair", "à piston",
                                                        "« Aïe »",  "n° 5",   "l'Été"};
inline constexpr std::array<std::string_view, 4> kCarriers{"Colissimo", "Chronopost",
                                                           "Mondial Relay", "DHL"};

// Rows of one table, put into statements of some hundreds.
class Rows {
 public:
  using Run = std::function<void(const std::string&)>;
  Rows(ExternalEngine engine, std::string table, const Run& run)
      : engine_(engine), table_(std::move(table)), run_(run) {}
  ~Rows() { flush(); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  Rows& number(std::int64_t value) { return raw(std::to_string(value)); }
  Rows& money(std::int64_t cents) { return raw(fmt::format("{}.{:02}", cents / 100, cents % 100)); }
  Rows& null() { return raw("NULL"); }
  Rows& text(std::string_view value) {
    std::string quoted = engine_ == ExternalEngine::sqlserver ? "N'" : "'";
    for (const char c : value) quoted.append(c == '\'' ? 2 : 1, c);
    return raw(quoted + "'");
  }
  Rows& time(std::chrono::sys_days day, int minute) {
    const std::chrono::year_month_day date(day);
    return raw(fmt::format("'{:04}-{:02}-{:02} {:02}:{:02}:00'", static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                           minute / 60 % 24, minute % 60));
  }
  void end() {
    statement_ += ')';
    first_ = true;
    if (++count_ == 1000) flush();
  }

 private:
  Rows& raw(std::string_view value) {
    if (first_)
      statement_ += statement_.empty() ? "INSERT INTO " + table_ + " VALUES (" : ",(";
    else
      statement_ += ',';
    first_ = false;
    statement_ += value;
    return *this;
  }
  void flush() {
    if (count_ > 0) run_(statement_);
    statement_.clear();
    count_ = 0;
  }

  const ExternalEngine engine_;
  const std::string table_;
  const Run& run_;
  std::string statement_;
  bool first_ = true;
  int count_ = 0;
};

inline std::string schema(ExternalEngine engine) {
  std::string text =
      "CREATE TABLE customers (id INT PRIMARY KEY, name {t} NOT NULL, email {t}, city {t}, "
      "country {t}, created_at {d} NOT NULL){c};"
      "CREATE TABLE products (id INT PRIMARY KEY, name {t} NOT NULL, category {t}, price "
      "DECIMAL(10,2), stock INT){c};"
      "CREATE TABLE orders (id INT PRIMARY KEY, order_number {t} NOT NULL UNIQUE, customer_id INT "
      "NOT NULL REFERENCES customers (id), status {t}, total DECIMAL(10,2), created_at {d} NOT "
      "NULL, promised_at {d}, shipped_at {d}, delivered_at {d}, carrier {t}, tracking_number {t}, "
      "note {t}){c};"
      "CREATE TABLE order_items (order_id INT NOT NULL, line INT NOT NULL, product_id INT NOT "
      "NULL, "
      "quantity INT, unit_price DECIMAL(10,2), PRIMARY KEY (order_id, line)){c};"
      "CREATE TABLE users (id INT PRIMARY KEY, login {t}, password_hash {t}){c};"
      "CREATE INDEX orders_of_customer ON orders (customer_id);"
      "INSERT INTO users VALUES (1, 'root', 'secret');";
  const auto put = [&](std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
      text.replace(at, what.size(), with);
  };
  const bool sqlserver = engine == ExternalEngine::sqlserver;
  put("{t}", sqlserver ? "NVARCHAR(200)" : "VARCHAR(200)");
  put("{d}", engine == ExternalEngine::postgres ? "TIMESTAMP"
             : sqlserver                        ? "DATETIME2"
                                                : "DATETIME");
  put("{c}", engine == ExternalEngine::mysql ? " CHARACTER SET utf8mb4" : "");
  return text;
}

}  // namespace shop

inline std::string shop_order_number(int order) {
  return fmt::format("CMD-{:06}", order);
}

// `run` gets one script after the other: the tables, then rows of a thousand at once. In one
// transaction it is fastest.
inline ShopFigures make_shop(ExternalEngine engine, const ShopSize& size,
                             const std::function<void(const std::string&)>& run) {
  using std::chrono::days;
  run(shop::schema(engine));
  shop::Dice dice(size.seed);
  ShopFigures figures;
  figures.customers = std::max(10, size.orders / 10);
  figures.products = 300;
  figures.orders = size.orders;
  {
    shop::Rows rows(engine, "customers", run);
    for (int id = 1; id <= figures.customers; ++id) {
      const std::string name = std::string(dice.one_of(shop::kFirstNames)) + " " +
                               std::string(dice.one_of(shop::kLastNames));
      rows.number(id).text(name);
      if (dice.percent(4)) {
        ++figures.without_email;
        rows.null();
      } else {
        rows.text(fmt::format("client{}@example.com", id));
      }
      if (dice.percent(3))
        rows.null();
      else
        rows.text(dice.one_of(shop::kCities));
      rows.text(dice.one_of(shop::kCountries));
      rows.time(size.today - days(400 + dice.below(800)), dice.below(1440)).end();
    }
  }
  std::vector<std::int64_t> prices(static_cast<std::size_t>(figures.products));
  {
    shop::Rows rows(engine, "products", run);
    for (int id = 1; id <= figures.products; ++id) {
      std::int64_t& price = prices[static_cast<std::size_t>(id - 1)];
      price = 290 + dice.below(20'000);
      rows.number(id).text(
          fmt::format("{} {} {}", dice.one_of(shop::kThings), dice.one_of(shop::kMakes), id));
      if (dice.percent(2))
        rows.null();
      else
        rows.text(dice.one_of(shop::kCategories));
      rows.money(price).number(dice.below(500)).end();
    }
  }
  shop::Rows orders(engine, "orders", run), lines(engine, "order_items", run);
  for (int id = 1; id <= size.orders; ++id) {
    const int customer = 1 + dice.below(figures.customers);
    // Numbers grow with time, as a shop's do.
    const auto ordered = size.today - days(364 - static_cast<int>(364LL * id / size.orders));
    const int minute = dice.below(1440);
    const int products = 1 + dice.below(4);
    std::int64_t total = 0;
    for (int line = 1; line <= products; ++line) {
      const int product = 1 + dice.below(figures.products);
      const int quantity = 1 + dice.below(3);
      const std::int64_t price = prices[static_cast<std::size_t>(product - 1)];
      total += price * quantity;
      lines.number(id).number(line).number(product).number(quantity).money(price).end();
    }
    figures.lines += products;
    figures.cents += total;
    const auto promised = ordered + days(3 + dice.below(5));
    const auto shipped = ordered + days(1 + dice.below(3));
    const auto delivered =
        dice.percent(12) ? promised + days(1 + dice.below(20)) : promised - days(dice.below(2));
    const bool cancelled = dice.percent(3);
    const bool is_shipped = !cancelled && shipped < size.today;
    const bool is_delivered = is_shipped && delivered < size.today;
    orders.number(id).text(shop_order_number(id)).number(customer);
    orders.text(cancelled                         ? "annulée"
                : is_delivered && dice.percent(2) ? "retournée"
                : is_delivered                    ? "livrée"
                : is_shipped                      ? "expédiée"
                                                  : "en préparation");
    orders.money(total).time(ordered, minute);
    if (dice.percent(2))
      orders.null();
    else {
      orders.time(promised, 1439);
      if (is_delivered && delivered > promised) ++figures.late;
    }
    if (is_shipped)
      orders.time(shipped, minute);
    else
      orders.null();
    if (is_delivered)
      orders.time(delivered, minute / 2);
    else
      orders.null();
    figures.delivered += is_delivered ? 1 : 0;
    if (is_shipped)
      orders.text(dice.one_of(shop::kCarriers)).text(fmt::format("FR{:09}", dice.below(1 << 29)));
    else
      orders.null().null();
    if (dice.percent(5))
      orders.text("Sonner à l'interphone, 3ᵉ étage");
    else
      orders.null();
    orders.end();
  }
  return figures;
}

}  // namespace monitora::external
