#include "app/order_tracking.h"

#include "app/order_mapping_json.h"
#include "domain/data_routing.h"

namespace monitora {
namespace {

Status not_configured() {
  return Status::not_found("orders_not_configured");
}

// The claim that the owner column is compared with; "" when the token does not have it.
std::string owner_of(const std::optional<VisitorIdentity>& identity, const OrderMapping& mapping) {
  if (!identity) return {};
  return mapping.owner_claim == OrderMapping::Claim::email ? identity->email : identity->subject;
}

}  // namespace

Result<std::optional<OrderMapping>> OrderTracking::find(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const auto stored, parts_.store.find(workspace));
  return stored ? load_order_mapping(stored->order_tracking) : std::nullopt;
}

Result<OrderMapping> OrderTracking::put(const Actor& actor, const WorkspaceId& workspace,
                                        OrderMapping mapping) {
  MONITORA_ASSIGN(const auto stored, parts_.store.find(workspace));
  if (!stored) return Status::not_found("database_not_configured");
  MONITORA_ASSIGN(const std::vector<ExternalTable> tables, parts_.databases.tables(workspace));
  MONITORA_TRY(check_order_mapping(mapping, only_allowed(tables, stored->database.allowed_tables)));
  MONITORA_TRY(parts_.store.set_order_tracking(workspace, store_order_mapping(mapping)));
  record(parts_.audit, actor, "order_tracking.put", workspace);
  return mapping;
}

Status OrderTracking::remove(const Actor& actor, const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const auto stored, parts_.store.find(workspace));
  if (!stored || stored->order_tracking.empty()) return not_configured();
  MONITORA_TRY(parts_.store.set_order_tracking(workspace, ""));
  record(parts_.audit, actor, "order_tracking.delete", workspace);
  return {};
}

Result<OrderTracking::Answer> OrderTracking::answer(const Asked& asked) {
  MONITORA_ASSIGN(const auto stored, parts_.store.find(asked.workspace.id));
  const auto mapping = stored ? load_order_mapping(stored->order_tracking) : std::nullopt;
  if (!mapping) return not_configured();
  return answer(asked, *mapping, stored->database.engine);
}

Result<OrderTracking::Answer> OrderTracking::answer(const Asked& asked, const OrderMapping& mapping,
                                                    ExternalEngine engine) {
  Answer answer;
  const std::string owner = owner_of(asked.identity, mapping);
  if (owner.empty()) {
    answer.text = must_sign_in();
    return answer;
  }
  std::vector<std::string> numbers = order_numbers(asked.text);
  if (numbers.empty()) numbers = order_numbers(asked.query);
  const auto query = orders_query(engine, mapping, owner, numbers);
  if (query) {
    MONITORA_ASSIGN(const ExternalData::Answer found,
                    parts_.databases.read(asked.workspace.id, query->sql, query->parameters));
    answer.sql = found.sql;
    const TimeZone zone =
        TimeZone::find(asked.workspace.widget.time_zone).value_or(TimeZone::utc());
    answer.orders = read_orders(mapping, found.rows, owner, zone, zone.day_of(parts_.clock.now()));
  }
  if (answer.orders.empty()) {
    answer.text = numbers.empty() ? no_orders() : no_such_order(numbers);
    return answer;
  }
  if (answer.orders.size() == 1) {
    const auto items = items_query(engine, mapping, owner, answer.orders[0].number);
    if (items) {
      MONITORA_ASSIGN(const ExternalData::Answer found,
                      parts_.databases.read(asked.workspace.id, items->sql, items->parameters));
      answer.orders[0].items = read_items(mapping, found.rows, owner);
    }
  }
  answer.text = orders_answer(answer.orders);
  return answer;
}

}  // namespace monitora
