// Who may call a route, before its handler runs; and what other origins may read.
#pragma once

#include <string>

#include "http/router.h"
#include "http/services.h"
#include "ports/user_store.h"

namespace monitora::http {

// Thread-safe; `services` outlives it. The three functions are those that ServerOptions asks for.
class Guards {
 public:
  explicit Guards(const Services& services) : services_(services) {}

  // Implements Access and Route::rate_limit, and fills Request::principal, or visited
  // and allowed_origin.
  // 401 `not_signed_in`, `invalid_token`, `invalid_api_key`; 403 `admin_required`,
  // `domain_not_allowed`; 404 `workspace_not_found`; 429 `too_many_requests`.
  Status check(Request& request, const Route& route) const;

  // Whose access token this is. unauthenticated `not_signed_in`, `invalid_token`.
  Result<Principal> sign_in(std::string_view token, const Client& client) const;

  // CORS of visitor routes.
  void after(const Request& request, const Route* route, Response& response) const;

  // Visitor routes: what a page of an allowed origin may send. Others: nothing.
  Response preflight(Request& request, const Route& route) const;

 private:
  Status check_user(Request& request, std::string_view token) const;
  Status check_key(Request& request, std::string_view token) const;
  Status check_workspace(const Request& request, bool as_admin) const;
  Status check_visitor(Request& request) const;
  void note_site(const Request& request, const std::string& own) const;
  Status check_rate(const Request& request, std::string_view limit) const;

  const Services& services_;
};

// The Authorization header's bearer token, or else the query's `access_token`; "" for neither.
std::string_view access_token(const Request& request);

// "https://chat.example" where this server was called: PUBLIC_URL's, else scheme and Host.
std::string own_origin(const Request& request, const std::string& public_url);

// Whether a browser says that the request comes from a page of this server. True for programs,
// which say nothing: cookies reach them only by their own will.
bool is_same_origin(const Request& request, const std::string& public_url);

// What rate limits count as one address: one line has a whole /64 of IPv6.
std::string rate_key(const std::string& address);

Status admin_required();

}  // namespace monitora::http
