#include "http/handlers_pages.h"

#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/crypto.h"
#include "domain/allowed_origin.h"
#include "http/fields.h"
#include "http/static_files.h"
#include "ports/workspace_store.h"

namespace monitora::http {

// Made by embed_files() in CMakeLists.txt.
std::span<const EmbeddedFile> page_files();
std::span<const EmbeddedFile> widget_files();
// Made by tools/build-console.
std::span<const EmbeddedFile> console_files();

namespace {

// Scripts and styles come from files of this server only; nothing may frame the pages.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

// Next.js starts its pages from scripts inside them: those of this very file may run, named by
// their hashes (CSP level 2, section 4.2.5). Component libraries set styles; nothing else is
// inline.
std::string console_policy(std::string_view html) {
  std::string hashes;
  for (std::size_t at = html.find("<script"); at != std::string_view::npos;
       at = html.find("<script", at)) {
    const std::size_t open = html.find('>', at);
    const std::size_t close = html.find("</script>", at);
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) break;
    const std::string_view code = html.substr(open + 1, close - open - 1);
    if (!code.empty()) {
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
      hashes += " 'sha256-" + base64(sha256(BytesView(bytes, code.size()))) + "'";
    }
    at = close;
  }
  return "default-src 'none'; script-src 'self'" + hashes +
         "; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
         "connect-src 'self'; frame-src blob:; base-uri 'none'; form-action 'self'; "
         "frame-ancestors 'none'";
}

// Paths of programs: what is not there is answered in JSON, as everywhere in the API.
bool is_for_programs(std::string_view path) {
  for (const std::string_view first : {"api", "v1", "hubs", "mcp", "widget", "demo"})
    if (path == first || (path.starts_with(first) && path[first.size()] == '/')) return true;
  return false;
}

// The console's pages and files, and its own page for an address that has none.
class Console {
 public:
  explicit Console(std::span<const EmbeddedFile> files) : files_(files) {
    for (const EmbeddedFile& file : files)
      if (file.path.ends_with(".html")) policies_.emplace(file.path, console_policy(file.bytes));
  }

  Result<Response> serve(const Request& request, std::string_view path) const {
    if (is_for_programs(path)) return Status::not_found();
    if (path.ends_with('/')) path.remove_suffix(1);
    std::string name = files_.name_of(path);
    const bool missing = name.empty();
    if (missing) {
      if (request.header("accept").find("text/html") == std::string_view::npos)
        return Status::not_found();
      name = "404.html";
    }
    MONITORA_ASSIGN(Response response, files_.serve(request, name));
    if (missing && response.status == 200) response.status = 404;
    const auto policy = policies_.find(name);
    if (policy != policies_.end())
      response.headers.emplace_back("Content-Security-Policy", policy->second);
    return response;
  }

 private:
  StaticFiles files_;
  std::map<std::string, std::string, std::less<>> policies_;
};

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
        "/" + path,
        [pages, path](const Request& request) -> Result<Response> {
          MONITORA_ASSIGN(Response response, pages->serve(request, path));
          return std::move(response).with("Content-Security-Policy", kPagePolicy);
        },
        Runs::light);
  }
  const auto console = std::make_shared<const Console>(console_files());
  add(
      "/",
      [console, to_sign_in = parts.starts_with_sign_in](const Request& request) {
        if (to_sign_in)
          return Result<Response>(Response{.status = 302}.with("Location", "/sign-in"));
        return console->serve(request, "");
      },
      Runs::light);
  add(
      "/{path*}",
      [console](const Request& request) {
        const auto path = request.params.find("path");
        return console->serve(request, path == request.params.end() ? "" : path->second);
      },
      Runs::light);
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
