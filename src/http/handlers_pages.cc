#include "http/handlers_pages.h"

#include <memory>
#include <span>

#include "domain/allowed_origin.h"
#include "http/fields.h"
#include "http/static_files.h"
#include "ports/workspace_store.h"

namespace monitora::http {

// Made by embed_files() in CMakeLists.txt.
std::span<const EmbeddedFile> page_files();
std::span<const EmbeddedFile> widget_files();

namespace {

// Scripts and styles come from files of this server only; nothing may frame the pages.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string replace_all(std::string text, std::string_view placeholder, std::string_view value) {
  for (std::size_t at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size()))
    text.replace(at, placeholder.size(), value);
  return text;
}

std::string_view demo_template() {
  for (const EmbeddedFile& file : page_files())
    if (file.path == "demo.html") return file.bytes;
  return {};
}

// Served only while the workspace allows the server's own origin; otherwise as if it were not
// there.
Result<Response> get_demo(const PageRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId id,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(const Workspace workspace, parts.workspaces.get(id));
  const std::string origin = parts.own_origin(request);
  if (!is_origin_allowed(workspace.allowed_domains, {origin, "", origin}))
    return Status::not_found("workspace_not_found");
  const std::string& name =
      workspace.widget.chatbot_name.empty() ? workspace.name : workspace.widget.chatbot_name;
  const std::string language =
      workspace.rag.language == "auto" ? request.language : workspace.rag.language;
  std::string page(demo_template());
  page = replace_all(std::move(page), "{{workspace_id}}", id.to_string());
  page = replace_all(std::move(page), "{{lang}}", language);
  page = replace_all(std::move(page), "{{name}}", escape_html(name));  // last: it may hold anything
  return Response::text(200, "text/html; charset=utf-8", std::move(page))
      .with("Content-Security-Policy", kPagePolicy);
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void add_page_routes(Router& router, const PageRoutes& parts) {
  const auto pages = std::make_shared<const StaticFiles>(page_files());
  const auto widget = std::make_shared<const StaticFiles>(widget_files());
  const auto add = [&](std::string pattern, Handler handler, Runs runs) {
    router.add({.method = Method::get,
                .pattern = std::move(pattern),
                .access = Access::open,
                .handler = std::move(handler),
                .runs = runs});
  };
  for (const EmbeddedFile& file : page_files()) {
    if (file.path == "demo.html") continue;
    const std::string path(file.path);
    add(
        path == "index.html" ? "/" : "/" + path,
        [pages, path](const Request& request) -> Result<Response> {
          MONITORA_ASSIGN(Response response, pages->serve(request, path));
          return std::move(response).with("Content-Security-Policy", kPagePolicy);
        },
        Runs::light);
  }
  // Any site loads this script: it is public, and short-lived so that a new version reaches
  // everybody.
  add(
      "/widget/embed.js",
      [widget](const Request& request) -> Result<Response> {
        MONITORA_ASSIGN(Response response,
                        widget->serve(request, "embed.js", "public, max-age=300"));
        return std::move(response)
            .with("Cross-Origin-Resource-Policy", "cross-origin")
            .with("Access-Control-Allow-Origin", "*");
      },
      Runs::light);
  add(
      "/demo/{wid}", [parts](const Request& request) { return get_demo(parts, request); },
      Runs::worker);
}

}  // namespace monitora::http
