// /api/workspaces/{wid}/database/orders…: where a customer's database has its orders, for visitors
// who ask for theirs.
#pragma once

#include "app/order_tracking.h"
#include "http/router.h"

namespace monitora {
class WorkspaceStore;
}

namespace monitora::http {

// All of it outlives the router.
struct OrderRoutes {
  OrderTracking& orders;
  WorkspaceStore& workspaces;
};

void add_order_routes(Router& router, const OrderRoutes& parts);

}  // namespace monitora::http
