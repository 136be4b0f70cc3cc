// Routes and their guards, readable in one place (routes.cc).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace monitora::http {

using Handler = std::function<Result<Response>(const Request&)>;

// Where a handler runs. `light` on the I/O thread: only for what never waits (health, metrics,
// static files); `worker` on the bounded pool.
enum class Runs { light, worker };

// Who may call. The guard runs before the handler, on the same thread, and fills
// Request::principal.
enum class Access {
  open,              // P
  signed_in,         // S
  global_admin,      // S whose own role is admin
  workspace_reader,  // S who is a member of the workspace in path parameter {wid}; 404 otherwise
  workspace_admin,   // A: 404 for a stranger, 403 for a lecteur
  signed_in_or_key,  // S or K
  key,               // K
  visitor            // V: Origin against the workspace of {wid}; CORS headers are added
};

struct Route {
  Method method;
  std::string pattern;  // "/api/documents/{id}/chunks"; "/{path*}" takes all the rest
  Access access = Access::open;
  Handler handler;
  Runs runs = Runs::worker;
  bool multipart = false;            // files are streamed to disk first, after the guard has passed
  std::size_t body_limit = 1 << 20;  // bytes; multipart has its own
  std::string_view rate_limit;       // "" or the name of a limit: "login", …
  // The access token may be the query's `access_token`: a browser's WebSocket and EventSource can
  // send no header. Queries are never logged.
  bool token_in_query = false;
};

// Where several patterns fit a path, the one with the earlier literal segment wins, whatever the
// order of adding: "/api/workspaces/new" before "/api/workspaces/{id}", and "/{path*}" last.
class Router {
 public:
  void add(Route route);  // at start only
  // The route and its path parameters; nullptr and allowed methods for the 405.
  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string> params;
    std::vector<Method> allowed;  // not empty: the path exists with other methods
  };
  // HEAD matches GET. `path` as it came, still percent-encoded: parameters are decoded here, so
  // that an encoded slash stays inside its segment.
  Match match(Method method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;  // of each route, split at its slashes
};

}  // namespace monitora::http
