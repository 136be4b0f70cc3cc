#include "http/handlers_cache.h"

#include <boost/json.hpp>

#include "app/actor.h"
#include "http/fields.h"
#include "http/handlers.h"
#include "http/query.h"
#include "ports/insights_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

Result<Response> list_cache(const CacheRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  MONITORA_ASSIGN(const Page<CacheEntry> found, parts.cache.list(workspace, page));
  MONITORA_ASSIGN(const CacheStore::Counts counts, parts.cache.counts(workspace));
  json::array items;
  for (const CacheEntry& entry : found.items)
    items.push_back({{"id", entry.id.to_string()},
                     {"question", entry.question},
                     {"response", entry.response},
                     {"hit_count", entry.hit_count},
                     {"created_at", format_time(entry.created_at)},
                     {"expires_at", entry.expires_at ? json::value(format_time(*entry.expires_at))
                                                     : json::value()}});
  json::object body = page_json(std::move(items), found.next_cursor);
  // Each entry was first written by the model.
  const std::int64_t answers = counts.entries + counts.hits;
  body["entries"] = counts.entries;
  body["hits"] = counts.hits;
  body["hit_rate"] =
      answers == 0
          ? json::value()
          : json::value(100.0 * static_cast<double>(counts.hits) / static_cast<double>(answers));
  return Response::json(200, body);
}

Result<Response> clear_cache(const CacheRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_TRY(parts.cache.clear(workspace));
  record(parts.audit, actor_of(request), "cache.clear", workspace);
  return Response::no_content();
}

}  // namespace

void add_cache_routes(Router& router, const CacheRoutes& parts) {
  router.add({.method = Method::get,
              .pattern = "/api/workspaces/{wid}/cache",
              .access = Access::workspace_reader,
              .handler = [parts](const Request& request) { return list_cache(parts, request); }});
  router.add({.method = Method::del,
              .pattern = "/api/workspaces/{wid}/cache",
              .access = Access::workspace_admin,
              .handler = [parts](const Request& request) { return clear_cache(parts, request); }});
}

}  // namespace monitora::http
