#include "http/guards.h"

#include "app/api_keys.h"
#include "app/external_sign_ins.h"
#include "app/sessions.h"
#include "app/widget_sites.h"
#include "base/text.h"
#include "domain/allowed_origin.h"
#include "http/fields.h"
#include "http/handlers.h"
#include "net/ip_address.h"
#include "ports/rate_limits.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

Status not_signed_in() {
  return Status(Code::unauthenticated, "not_signed_in",
                {"Connectez-vous pour continuer.", "Sign in to continue."});
}

Status too_many(int wait) {
  return Status(Code::rate_limited, "too_many_requests",
                {"Trop d'essais en peu de temps : patientez un instant.",
                 "Too many attempts in a short time: wait a moment."})
      .with_retry_after(wait);
}

// "" for another scheme.
std::string_view bearer_token(const Request& request) {
  const std::string_view header = request.header("authorization");
  constexpr std::size_t kScheme = 7;
  if (header.size() <= kScheme || lower(header.substr(0, kScheme)) != "bearer ") return {};
  return trim(header.substr(kScheme));
}

}  // namespace

std::string_view access_token(const Request& request) {
  const std::string_view token = bearer_token(request);
  return token.empty() ? request.query_value("access_token") : token;
}

std::string rate_key(const std::string& address) {
  const auto parsed = net::IpAddress::parse(address);
  if (!parsed || parsed->unmapped().is_v4())
    return parsed ? parsed->unmapped().to_string() : address;
  auto bytes = parsed->bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return net::IpAddress::v6(bytes).to_string() + "/64";
}

Status admin_required() {
  return Status(Code::permission_denied, "admin_required",
                {"Seul un administrateur peut le faire.", "Only an administrator may do this."});
}

std::string own_origin(const Request& request, const std::string& public_url) {
  if (!public_url.empty()) {
    const std::size_t path = public_url.find('/', public_url.find("://") + 3);
    return public_url.substr(0, path);
  }
  return (request.is_secure ? "https://" : "http://") + request.host;
}

bool is_same_origin(const Request& request, const std::string& public_url) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string_view header = request.header("origin");
  if (header.empty()) return true;
  const auto origin = normalize_origin(header);
  // The host alone when the scheme is not known: TLS may end at a proxy that is not listed.
  const auto is = [&](const std::string& own) { return origin && origin == normalize_origin(own); };
  return is(own_origin(request, public_url)) || is("https://" + request.host) ||
         is("http://" + request.host);
}

Status Guards::check(Request& request, const Route& route) const {
  if (!route.rate_limit.empty()) MONITORA_TRY(check_rate(request, route.rate_limit));
  const std::string_view token =
      route.token_in_query ? access_token(request) : bearer_token(request);
  const bool is_key = token.starts_with(ApiKeys::kPrefix);
  switch (route.access) {
    case Access::open:
      return {};
    case Access::visitor:
      return check_visitor(request);
    case Access::key:
      return check_key(request, token);
    case Access::signed_in_or_key:
      return is_key ? check_key(request, token) : check_user(request, token);
    case Access::signed_in:
      return check_user(request, token);
    case Access::global_admin:
      MONITORA_TRY(check_user(request, token));
      return request.principal.user->role == UserRole::admin ? Status() : admin_required();
    case Access::workspace_reader:
    case Access::workspace_admin:
      MONITORA_TRY(check_user(request, token));
      return check_workspace(request, route.access == Access::workspace_admin);
  }
  return Status::internal("a route without access");
}

Status Guards::check_user(Request& request, std::string_view token) const {
  MONITORA_ASSIGN(request.principal, sign_in(token, client_of(request)));
  return {};
}

Result<Principal> Guards::sign_in(std::string_view token, const Client& client) const {
  if (token.empty()) return not_signed_in();
  Principal principal;
  if (services_.external_sign_ins != nullptr) {
    MONITORA_ASSIGN(principal.user, services_.external_sign_ins->authenticate(token, client));
    return principal;
  }
  MONITORA_ASSIGN(SessionStore::Live live, services_.sessions.authenticate(token));
  principal.user = std::move(live.user);
  principal.session = std::move(live.session);
  return principal;
}

Status Guards::check_key(Request& request, std::string_view token) const {
  if (token.empty()) return not_signed_in();
  MONITORA_ASSIGN(request.principal.key, services_.api_keys.authenticate(token));
  const RateLimits::Use uses[] = {
      {"key:" + request.principal.key->id.to_string(), services_.requests_by_key}};
  const std::optional<int> wait = services_.limiter.use(uses);
  return wait ? too_many(*wait) : Status();
}

Status Guards::check_workspace(const Request& request, bool as_admin) const {
  MONITORA_ASSIGN(const WorkspaceId workspace,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(const UserRole role,
                  services_.workspace_store.role(request.principal.user->id, workspace));
  return as_admin && role != UserRole::admin ? admin_required() : Status();
}

Status Guards::check_visitor(Request& request) const {
  MONITORA_ASSIGN(const WorkspaceId id,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(request.visited, services_.workspace_store.get(id));
  const std::string_view origin = request.header("origin");
  const std::string own = own_origin(request, services_.public_url);
  note_site(request, own);
  if (!is_origin_allowed(request.visited->allowed_domains,
                         {origin, request.header("sec-fetch-site"), own}))
    return Status(Code::permission_denied, "domain_not_allowed",
                  {"Ce site n'est pas autorisé à utiliser ce chatbot.",
                   "This site may not use this chatbot."});
  request.allowed_origin = std::string(origin);
  return {};
}

void Guards::note_site(const Request& request, const std::string& own) const {
  const std::string_view header = request.header("origin");
  if (header.empty() && request.header("sec-fetch-site") != "same-origin") return;
  const std::optional<std::string> origin = normalize_origin(header.empty() ? own : header);
  if (!origin) return;
  // A site may have this server's own origin; the page for trying the widget is none.
  const std::string_view page = request.header("referer");
  if (origin == normalize_origin(own) &&
      (page.empty() || page.find("/demo/") != std::string_view::npos))
    return;
  services_.widget_sites.note(*request.visited, own, *origin);
}

Status Guards::check_rate(const Request& request, std::string_view limit) const {
  const std::string key = std::string(limit) + ":" + rate_key(request.remote_address);
  const RateLimits::Use uses[] = {{key, services_.logins_a_minute}};
  const std::optional<int> wait = services_.limiter.use(uses);
  return wait ? too_many(*wait) : Status();
}

void Guards::after(const Request& request, const Route* route, Response& response) const {
  if (route == nullptr || route->access != Access::visitor) return;
  response.headers.emplace_back("Vary", "Origin");
  if (request.allowed_origin.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", request.allowed_origin);
  response.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After, X-Request-Id");
}

Response Guards::preflight(Request& request, const Route& route) const {
  if (route.access != Access::visitor) return Response::no_content();
  if (const Status status = check_visitor(request); !status.ok())
    return Response::error(status, request.language, request.request_id);
  // The origin itself is echoed by after(), as on the request that follows.
  return Response::no_content()
      .with("Access-Control-Allow-Methods", "GET, POST")
      .with("Access-Control-Allow-Headers", "Content-Type, Accept-Language, X-Session-Token")
      .with("Access-Control-Max-Age", "600");
}

}  // namespace monitora::http
