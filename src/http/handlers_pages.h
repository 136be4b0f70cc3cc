// What a browser opens: the console, the widget's script, and a page to try a widget on.
#pragma once

#include <functional>
#include <string>

#include "http/router.h"

namespace monitora {
class WorkspaceStore;
}

namespace monitora::http {

struct PageRoutes {
  WorkspaceStore& workspaces;
  // "https://chat.example": where the request found this server.
  std::function<std::string(const Request&)> own_origin;
  bool starts_with_sign_in = false;  // / leads there instead of showing the landing page
};

// GET / and every path that no other route has (the console), /widget/embed.js and /demo/{wid}. The
// files are compiled in.
void add_page_routes(Router& router, const PageRoutes& parts);

// `text` for an HTML text or a quoted attribute.
std::string escape_html(std::string_view text);

}  // namespace monitora::http
