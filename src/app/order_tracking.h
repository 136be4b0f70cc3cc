// A visitor's own orders, from the customer's database. Who the visitor is comes from the token
// that the customer's site has signed and from nowhere else: no word of a message has a say in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/external_databases.h"
#include "domain/order_tracking.h"
#include "domain/workspace.h"

namespace monitora {

struct OrderTrackingParts {
  ExternalDatabaseStore& store;
  ExternalDatabases& databases;
  AuditLog& audit;
  const Clock& clock;
};

// Thread-safe. The parts outlive it. Who may change the mapping is checked by the caller's guard.
class OrderTracking {
 public:
  explicit OrderTracking(OrderTrackingParts parts) : parts_(parts) {}

  // Nothing where there is none.
  Result<std::optional<OrderMapping>> find(const WorkspaceId& workspace);
  // Looks at the database: invalid for tables and columns that are not there or not allowed;
  // not_found `database_not_configured`, and ExternalData's errors.
  Result<OrderMapping> put(const Actor& actor, const WorkspaceId& workspace, OrderMapping mapping);
  // not_found `orders_not_configured`.
  Status remove(const Actor& actor, const WorkspaceId& workspace);

  struct Asked {
    const Workspace& workspace;
    const std::optional<VisitorIdentity>& identity;
    const std::string& text;   // where an order's number is looked for first
    const std::string& query;  // with what the text leans on
  };
  struct Answer {
    Sentence text;
    std::vector<Order> orders;
    std::string sql;  // what was run, if anything
  };
  // ExternalData's errors, and conflict `database_disabled`.
  Result<Answer> answer(const Asked& asked, const OrderMapping& mapping, ExternalEngine engine);
  // The same with the mapping that is kept, switched on or not. not_found `orders_not_configured`.
  Result<Answer> answer(const Asked& asked);

 private:
  OrderTrackingParts parts_;
};

}  // namespace monitora
