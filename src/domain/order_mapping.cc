// The mapping against what the database has.
#include <algorithm>

#include "base/text.h"
#include "domain/order_tracking.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestLabel = 100;
constexpr std::size_t kLongestCurrency = 10;

bool is_short(std::string_view text, std::size_t most) {
  return is_utf8(text) && count_characters(text) <= most &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

class Checker {
 public:
  explicit Checker(const std::vector<ExternalTable>& tables) : tables_(tables) {}

  // Null when there is no such table; its name becomes the database's.
  const ExternalTable* table(const std::string& field, std::string& name) {
    if (is_blank(name)) return missing(field), nullptr;
    const auto asked = parse_allowed_table(name);
    const bool plain = asked && asked->columns.empty();
    const auto found = plain ? only_allowed(tables_, {name}) : std::vector<ExternalTable>();
    if (found.size() != 1) {
      fail(field, found.empty()
                      ? Sentence{"Cette table n'existe pas, ou n'est pas parmi celles que "
                                 "l'assistant peut lire.",
                                 "This table does not exist, or is not among those that "
                                 "the assistant may read."}
                      : Sentence{"Plusieurs schémas ont cette table : écrivez "
                                 "« schéma.table ».",
                                 "Several schemas have this table: write "
                                 "\"schema.table\"."});
      return nullptr;
    }
    for (const ExternalTable& each : tables_)
      if (each.schema == found[0].schema && each.name == found[0].name) {
        name = each.schema.empty() ? each.name : each.schema + "." + each.name;
        return &each;
      }
    return nullptr;
  }

  const ExternalColumn* column(const std::string& field, const ExternalTable* table,
                               std::string& name, bool required = true) {
    if (is_blank(name)) {
      name.clear();
      if (required) missing(field);
      return nullptr;
    }
    if (table == nullptr) return nullptr;
    for (const bool exactly : {true, false})
      for (const ExternalColumn& each : table->columns)
        if (exactly ? each.name == name : lower(each.name) == lower(name)) {
          name = each.name;
          return &each;
        }
    fail(field, {"Cette colonne n'existe pas dans cette table, ou n'est pas parmi celles que "
                 "l'assistant peut lire.",
                 "This column is not in that table, or is not among those that the assistant may "
                 "read."});
    return nullptr;
  }

  void fail(const std::string& field, Sentence message) {
    errors_.push_back({field, std::move(message)});
  }
  void missing(const std::string& field) {
    fail(field, {"Ce champ est obligatoire.", "This field is required."});
  }
  Status finish() { return errors_.empty() ? Status() : Status::invalid(std::move(errors_)); }

 private:
  const std::vector<ExternalTable>& tables_;
  std::vector<FieldError> errors_;
};

void check_days(Checker& checker, const char* field, int days) {
  if (days < 0 || days > OrderMapping::kMostDays)
    checker.fail(field, {"De 0 à 365 jours.", "0 to 365 days."});
}

void check_statuses(Checker& checker, const std::vector<OrderStatus>& statuses) {
  if (statuses.size() > OrderMapping::kMostStatuses)
    checker.fail("statuses", {"100 états au plus.", "At most 100 statuses."});
  for (const OrderStatus& each : statuses) {
    const auto same = [&](const OrderStatus& other) { return other.value == each.value; };
    if (std::ranges::count_if(statuses, same) > 1)
      return checker.fail("statuses",
                          {"Le même état est donné deux fois.", "The same status is given twice."});
    if (is_blank(each.value) || is_blank(each.label.fr) || is_blank(each.label.en))
      return checker.fail("statuses",
                          {"Chaque état a besoin d'une valeur et d'un libellé en français et en "
                           "anglais.",
                           "Each status needs a value and a label in French and in English."});
    for (const std::string* text : {&each.value, &each.label.fr, &each.label.en})
      if (!is_short(*text, kLongestLabel))
        return checker.fail("statuses", {"100 caractères au plus par valeur et par libellé.",
                                         "At most 100 characters a value and a label."});
  }
}

}  // namespace

Status check_order_mapping(OrderMapping& mapping, const std::vector<ExternalTable>& tables) {
  Checker checker(tables);
  const ExternalTable* orders = checker.table("table", mapping.table);
  const ExternalColumn* number = checker.column("number_column", orders, mapping.number_column);
  checker.column("date_column", orders, mapping.date_column);
  checker.column("status_column", orders, mapping.status_column);
  checker.column("promised_column", orders, mapping.promised_column, false);
  checker.column("delivered_column", orders, mapping.delivered_column, false);
  checker.column("total_column", orders, mapping.total_column, false);
  checker.column("tracking_column", orders, mapping.tracking_column, false);
  const ExternalTable* owners = orders;
  if (mapping.customers) {
    owners = checker.table("customers.table", mapping.customers->table);
    checker.column("customers.key_column", owners, mapping.customers->key_column);
    checker.column("customers.order_column", orders, mapping.customers->order_column);
  }
  const ExternalColumn* owner = checker.column("owner_column", owners, mapping.owner_column);
  if (mapping.items) {
    const ExternalTable* items = checker.table("items.table", mapping.items->table);
    checker.column("items.order_column", items, mapping.items->order_column);
    checker.column("items.key_column", orders, mapping.items->key_column);
    checker.column("items.name_column", items, mapping.items->name_column);
    checker.column("items.quantity_column", items, mapping.items->quantity_column, false);
  }
  if (!is_short(mapping.currency, kLongestCurrency))
    checker.fail("currency", {"10 caractères au plus.", "At most 10 characters."});
  check_statuses(checker, mapping.statuses);
  if (mapping.delivery_days) check_days(checker, "delivery_days", *mapping.delivery_days);
  check_days(checker, "slightly_late_days", mapping.slightly_late_days);
  MONITORA_TRY(checker.finish());
  mapping.number_type = number->type;
  mapping.owner_type = owner->type;
  return {};
}

}  // namespace monitora
