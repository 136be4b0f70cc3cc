// The statements: the owner is in each of them.
#include <algorithm>
#include <charconv>

#include "base/id.h"
#include "base/text.h"
#include "domain/order_tracking.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestOwner = 320;  // characters of an e-mail address

std::string quoted(ExternalEngine engine, std::string_view name) {
  const char open = engine == ExternalEngine::mysql       ? '`'
                    : engine == ExternalEngine::sqlserver ? '['
                                                          : '"';
  const char close = open == '[' ? ']' : open;
  std::string out(1, open);
  for (const char c : name) {
    out += c;
    if (c == close) out += c;
  }
  return out + close;
}

std::string table_of(ExternalEngine engine, const std::string& name) {
  const auto table = parse_allowed_table(name);
  if (!table) return {};
  return (table->schema.empty() ? "" : quoted(engine, table->schema) + ".") +
         quoted(engine, table->table);
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> names) {
  const std::string word = lower(type.substr(0, type.find_first_of("( ")));
  return std::ranges::find(names, word) != names.end();
}

// Values that a column of this type can be compared with: `text`, and another spelling of it; empty
// where it can hold none of them.
std::vector<ExternalValue> values_for(std::string_view type, const std::string& text,
                                      const std::string& other) {
  if (is_one_of(type, {"int", "integer", "bigint", "smallint", "tinyint", "mediumint", "numeric",
                       "decimal", "int2", "int4", "int8"})) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    const bool plain = read.ec == std::errc() && read.ptr == end && std::to_string(number) == text;
    return plain ? std::vector<ExternalValue>{number} : std::vector<ExternalValue>();
  }
  if (is_one_of(type, {"uuid", "uniqueidentifier"}) && !Uuid::parse(text)) return {};
  if (text == other) return {text};
  return {text, other};
}

class Writer {
 public:
  Writer(ExternalEngine engine, const OrderMapping& mapping) : engine_(engine), mapping_(mapping) {}

  std::string column(const char* table, const std::string& name) const {
    return std::string(table) + "." + quoted(engine_, name);
  }

  // " IN (:owner0, …)"; the values are parameters.
  std::string in(const std::string& name, const std::vector<ExternalValue>& values) {
    std::string out = " IN (";
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string parameter = name + std::to_string(i);
      out += (i > 0 ? ", :" : ":") + parameter;
      query.parameters[parameter] = values[i];
    }
    return out + ")";
  }

  std::string select(int most) const {
    return engine_ == ExternalEngine::sqlserver ? "SELECT TOP " + std::to_string(most) + " "
                                                : "SELECT ";
  }
  std::string limit(int most) const {
    return engine_ == ExternalEngine::sqlserver ? "" : " LIMIT " + std::to_string(most);
  }

  std::string orders() const { return table_of(engine_, mapping_.table) + " AS o"; }
  std::string join_customers() const {
    if (!mapping_.customers) return {};
    return " INNER JOIN " + table_of(engine_, mapping_.customers->table) + " AS c ON " +
           column("c", mapping_.customers->key_column) + " = " +
           column("o", mapping_.customers->order_column);
  }
  std::string owner() const {
    return column(mapping_.customers ? "c" : "o", mapping_.owner_column);
  }
  // " WHERE …": every statement's. False where nobody can be meant.
  bool where(const std::string& asked, std::string& out) {
    if (is_blank(asked) || !is_utf8(asked) || asked.find('\0') != std::string::npos ||
        count_characters(asked) > kLongestOwner)
      return false;
    const bool by_email = mapping_.owner_claim == OrderMapping::Claim::email;
    const auto values = values_for(mapping_.owner_type, asked, by_email ? lower(asked) : asked);
    if (values.empty()) return false;
    const std::string among = owner() + in("owner", values);
    // PostgreSQL alone tells letter cases apart unless somebody has said otherwise.
    out = by_email && engine_ == ExternalEngine::postgres
              ? " WHERE (" + among + " OR LOWER(" + owner() + ") = :owner" +
                    std::to_string(values.size() - 1) + ")"
              : " WHERE " + among;
    return true;
  }
  bool and_numbers(const std::vector<std::string>& numbers, std::string& out) {
    std::vector<ExternalValue> values;
    for (const std::string& each : numbers) {
      std::string capitals = each;
      for (char& c : capitals)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      for (ExternalValue& value : values_for(mapping_.number_type, each, capitals))
        values.push_back(std::move(value));
    }
    if (values.empty()) return false;
    out += " AND " + column("o", mapping_.number_column) + in("number", values);
    return true;
  }

  OrderQuery query;

 private:
  const ExternalEngine engine_;
  const OrderMapping& mapping_;
};

}  // namespace

std::optional<OrderQuery> orders_query(ExternalEngine engine, const OrderMapping& mapping,
                                       const std::string& owner,
                                       const std::vector<std::string>& numbers) {
  Writer writer(engine, mapping);
  std::string where;
  if (!writer.where(owner, where)) return std::nullopt;
  if (!numbers.empty() && !writer.and_numbers(numbers, where)) return std::nullopt;
  std::string columns;
  const auto add = [&](const std::string& column, const char* alias) {
    if (!column.empty()) columns += ", " + writer.column("o", column) + " AS " + alias;
  };
  add(mapping.number_column, "order_number");
  add(mapping.date_column, "order_date");
  add(mapping.status_column, "order_status");
  add(mapping.promised_column, "promised_date");
  add(mapping.delivered_column, "delivered_date");
  add(mapping.total_column, "order_total");
  add(mapping.tracking_column, "order_tracking");
  const std::string date = writer.column("o", mapping.date_column);
  writer.query.sql = writer.select(kMostOrders) + writer.owner() + " AS order_owner" + columns +
                     " FROM " + writer.orders() + writer.join_customers() + where +
                     " ORDER BY CASE WHEN " + date + " IS NULL THEN 1 ELSE 0 END, " + date +
                     " DESC, " + writer.column("o", mapping.number_column) + " DESC" +
                     writer.limit(kMostOrders);
  return std::move(writer.query);
}

std::optional<OrderQuery> items_query(ExternalEngine engine, const OrderMapping& mapping,
                                      const std::string& owner, const std::string& number) {
  if (!mapping.items) return std::nullopt;
  const OrderMapping::Items& items = *mapping.items;
  Writer writer(engine, mapping);
  std::string where;
  if (!writer.where(owner, where) || !writer.and_numbers({number}, where)) return std::nullopt;
  const std::string name = writer.column("i", items.name_column);
  const std::string quantity =
      items.quantity_column.empty()
          ? ""
          : ", " + writer.column("i", items.quantity_column) + " AS item_quantity";
  writer.query.sql =
      writer.select(kMostItems) + writer.owner() + " AS order_owner, " + name + " AS item_name" +
      quantity + " FROM " + writer.orders() + writer.join_customers() + " INNER JOIN " +
      table_of(engine, items.table) + " AS i ON " + writer.column("i", items.order_column) + " = " +
      writer.column("o", items.key_column) + where + " ORDER BY " + name + writer.limit(kMostItems);
  return std::move(writer.query);
}

}  // namespace monitora
