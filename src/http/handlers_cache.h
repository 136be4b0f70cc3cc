// Answers that are kept: /api/workspaces/{wid}/cache.
#pragma once

#include "http/router.h"

namespace monitora {
class AuditLog;
class CacheStore;
}  // namespace monitora

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct CacheRoutes {
  CacheStore& cache;
  AuditLog& audit;
};

void add_cache_routes(Router& router, const CacheRoutes& parts);

}  // namespace monitora::http
