// GET /api/widget/{wid}/events: a visitor's own conversation, live.
#pragma once

#include "http/router.h"
#include "http/visitor_events.h"

namespace monitora {
class RateLimits;
class VisitorTokens;
}  // namespace monitora

namespace monitora::http {

// What this route uses; all of it outlives the router.
struct VisitorEventRoutes {
  VisitorEventParts events;
  VisitorTokens& visitor_tokens;
  RateLimits& limiter;
  int opened_by_address = 30;  // a minute
};

void add_visitor_event_routes(Router& router, const VisitorEventRoutes& parts);

}  // namespace monitora::http
