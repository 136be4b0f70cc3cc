#include "app/order_mapping_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>

namespace monitora {
namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

// Notes what is wrong, under the name that the sender knows it by.
class Reader {
 public:
  Reader(const json::object& object, std::string prefix, std::vector<FieldError>& errors)
      : object_(object), prefix_(std::move(prefix)), errors_(errors) {}

  void fail(const std::string& name, Sentence message) {
    errors_.push_back({prefix_ + name, std::move(message)});
  }

  // Absent and null are the same.
  const json::value* take(const char* name) {
    taken_.emplace_back(name);
    const json::value* value = object_.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  void text(const char* name, std::string& out) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (value->is_string())
      out = value->get_string();
    else
      fail(name, {"Un texte est attendu.", "A text is expected."});
  }

  void boolean(const char* name, bool& out) {
    const json::value* value = take(name);
    if (value == nullptr) return;
    if (value->is_bool())
      out = value->get_bool();
    else
      fail(name, {"true ou false est attendu.", "true or false is expected."});
  }

  std::optional<int> integer(const char* name) {
    const json::value* value = take(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_int64()) {
      fail(name, {"Un nombre entier est attendu.", "A whole number is expected."});
      return std::nullopt;
    }
    return static_cast<int>(
        std::clamp<std::int64_t>(value->get_int64(), -1, std::numeric_limits<std::int32_t>::max()));
  }

  const json::object* object(const char* name) {
    const json::value* value = take(name);
    if (value == nullptr) return nullptr;
    if (value->is_object()) return &value->get_object();
    fail(name, {"Un objet est attendu.", "An object is expected."});
    return nullptr;
  }

  void finish() {
    for (const auto& field : object_)
      if (std::ranges::find(taken_, std::string_view(field.key())) == taken_.end())
        fail(std::string(field.key()), {"Champ inconnu.", "Unknown field."});
  }

 private:
  const json::object& object_;
  const std::string prefix_;
  std::vector<FieldError>& errors_;
  std::vector<std::string_view> taken_;
};

OrderStatus read_status(const json::object& object, std::vector<FieldError>& errors) {
  OrderStatus status;
  Reader reader(object, "statuses.", errors);
  reader.text("value", status.value);
  reader.text("fr", status.label.fr);
  reader.text("en", status.label.en);
  std::string state = "open";
  reader.text("state", state);
  if (const auto known = parse_order_state(state))
    status.state = *known;
  else
    reader.fail("state", {"Choisissez open, delivered ou cancelled.",
                          "Choose open, delivered or cancelled."});
  reader.finish();
  return status;
}

void read_statuses(Reader& reader, OrderMapping& mapping, std::vector<FieldError>& errors) {
  const json::value* list = reader.take("statuses");
  if (list == nullptr) return;
  const Sentence expected{"Une liste d'états est attendue.", "A list of statuses is expected."};
  if (!list->is_array() || list->get_array().size() > OrderMapping::kMostStatuses)
    return reader.fail("statuses", expected);
  for (const json::value& each : list->get_array()) {
    if (!each.is_object()) return reader.fail("statuses", expected);
    mapping.statuses.push_back(read_status(each.get_object(), errors));
  }
}

void read_customers(Reader& reader, OrderMapping& mapping, std::vector<FieldError>& errors) {
  const json::object* found = reader.object("customers");
  if (found == nullptr) return;
  Reader customers(*found, "customers.", errors);
  OrderMapping::Customers& read = mapping.customers.emplace();
  customers.text("table", read.table);
  customers.text("key_column", read.key_column);
  customers.text("order_column", read.order_column);
  customers.finish();
}

void read_items(Reader& reader, OrderMapping& mapping, std::vector<FieldError>& errors) {
  const json::object* found = reader.object("items");
  if (found == nullptr) return;
  Reader items(*found, "items.", errors);
  OrderMapping::Items& read = mapping.items.emplace();
  items.text("table", read.table);
  items.text("order_column", read.order_column);
  items.text("key_column", read.key_column);
  items.text("name_column", read.name_column);
  items.text("quantity_column", read.quantity_column);
  items.finish();
}

}  // namespace

json::object to_json(const OrderMapping& mapping) {
  json::array statuses;
  for (const OrderStatus& each : mapping.statuses)
    statuses.push_back(json::object{{"value", each.value},
                                    {"fr", each.label.fr},
                                    {"en", each.label.en},
                                    {"state", to_string(each.state)}});
  json::value customers, items;
  if (mapping.customers)
    customers = json::object{{"table", mapping.customers->table},
                             {"key_column", mapping.customers->key_column},
                             {"order_column", mapping.customers->order_column}};
  if (mapping.items)
    items = json::object{{"table", mapping.items->table},
                         {"order_column", mapping.items->order_column},
                         {"key_column", mapping.items->key_column},
                         {"name_column", mapping.items->name_column},
                         {"quantity_column", text_or_null(mapping.items->quantity_column)}};
  return {{"is_enabled", mapping.is_enabled},
          {"table", mapping.table},
          {"number_column", mapping.number_column},
          {"date_column", mapping.date_column},
          {"status_column", mapping.status_column},
          {"promised_column", text_or_null(mapping.promised_column)},
          {"delivered_column", text_or_null(mapping.delivered_column)},
          {"total_column", text_or_null(mapping.total_column)},
          {"tracking_column", text_or_null(mapping.tracking_column)},
          {"currency", text_or_null(mapping.currency)},
          {"owner_claim", to_string(mapping.owner_claim)},
          {"owner_column", mapping.owner_column},
          {"customers", std::move(customers)},
          {"items", std::move(items)},
          {"statuses", std::move(statuses)},
          {"delivery_days",
           mapping.delivery_days ? json::value(*mapping.delivery_days) : json::value()},
          {"slightly_late_days", mapping.slightly_late_days}};
}

Result<OrderMapping> read_order_mapping(const json::object& body) {
  std::vector<FieldError> errors;
  OrderMapping mapping;
  Reader reader(body, "", errors);
  reader.boolean("is_enabled", mapping.is_enabled);
  reader.text("table", mapping.table);
  reader.text("number_column", mapping.number_column);
  reader.text("date_column", mapping.date_column);
  reader.text("status_column", mapping.status_column);
  reader.text("promised_column", mapping.promised_column);
  reader.text("delivered_column", mapping.delivered_column);
  reader.text("total_column", mapping.total_column);
  reader.text("tracking_column", mapping.tracking_column);
  reader.text("currency", mapping.currency);
  reader.text("owner_column", mapping.owner_column);
  std::string claim = "email";
  reader.text("owner_claim", claim);
  if (claim != "email" && claim != "sub")
    reader.fail("owner_claim", {"Choisissez email ou sub.", "Choose email or sub."});
  if (claim == "sub") mapping.owner_claim = OrderMapping::Claim::sub;
  read_customers(reader, mapping, errors);
  read_items(reader, mapping, errors);
  read_statuses(reader, mapping, errors);
  mapping.delivery_days = reader.integer("delivery_days");
  if (const auto days = reader.integer("slightly_late_days")) mapping.slightly_late_days = *days;
  reader.finish();
  if (!errors.empty()) return Status::invalid(std::move(errors));
  return mapping;
}

std::string store_order_mapping(const OrderMapping& mapping) {
  json::object stored = to_json(mapping);
  stored["types"] = json::object{{"number", mapping.number_type}, {"owner", mapping.owner_type}};
  return json::serialize(stored);
}

std::optional<OrderMapping> load_order_mapping(std::string_view stored) {
  boost::system::error_code error;
  json::value value = json::parse(stored, error);
  if (error || !value.is_object()) return std::nullopt;
  json::object& object = value.get_object();
  const json::value types = object["types"];
  object.erase("types");
  auto mapping = read_order_mapping(object);
  const json::object* known = types.if_object();
  if (!mapping.ok() || known == nullptr) return std::nullopt;
  const auto type = [&](const char* name) {
    const json::value* found = known->if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  mapping->number_type = type("number");
  mapping->owner_type = type("owner");
  return *std::move(mapping);
}

}  // namespace monitora
