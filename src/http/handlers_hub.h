// The SignalR hub's requests: /hubs/workspace and /hubs/workspace/negotiate.
#pragma once

#include <string>

#include "http/hub.h"
#include "http/router.h"

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct HubRoutes {
  Hub& hub;
  std::string public_url;  // PUBLIC_URL, may be empty
};

void add_hub_routes(Router& router, const HubRoutes& parts);

}  // namespace monitora::http
