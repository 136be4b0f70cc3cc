// /api/auth/…
#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/accounts.h"
#include "http/fields.h"
#include "http/guards.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kEmail = 255, kPassword = 1024, kName = 255, kToken = 512;
constexpr std::string_view kCookie = "monitora_refresh";

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}
json::value time_or_null(const std::optional<Time>& time) {
  return time ? json::value(format_time(*time)) : json::value();
}

json::object user_json(const User& user) {
  return {{"id", user.id.to_string()},
          {"email", user.email},
          {"full_name", text_or_null(user.full_name)},
          {"role", to_string(user.role)},
          {"created_at", format_time(user.created_at)},
          {"last_login_at", time_or_null(user.last_login_at)}};
}

// Out of reach of the page's scripts, sent to these routes only, never from another site.
std::string refresh_cookie(const Services& services, const Request& request, std::string_view token,
                           std::chrono::seconds life) {
  const bool secure = request.is_secure || services.public_url.starts_with("https:");
  return fmt::format("{}={}; Path=/api/auth; HttpOnly; SameSite=Strict; Max-Age={}{}", kCookie,
                     token, life.count(), secure ? "; Secure" : "");
}

Response signed_in(const Services& services, const Request& request, int status,
                   const SignIn& sign_in) {
  const json::object body{{"user", user_json(sign_in.user)},
                          {"access_token", sign_in.access_token},
                          {"refresh_token", sign_in.refresh_token},
                          {"token_type", "bearer"},
                          {"expires_in", sign_in.expires_in.count()}};
  return Response::json(status, body)
      .with("Set-Cookie",
            refresh_cookie(services, request, sign_in.refresh_token, sign_in.refresh_expires_in));
}

// From the body, else the cookie. A cookie is sent by the browser on its own, so then the page must
// be ours.
Result<std::string> refresh_token_of(const Services& services, const Request& request) {
  if (!request.body.empty()) {
    MONITORA_ASSIGN(const json::object body, read_json(request));
    Fields fields(body);
    const Change<std::string> token = fields.text("refresh_token", kToken);
    MONITORA_TRY(fields.finish());
    if (token.value && !token.value->empty()) return *token.value;
  }
  const std::string_view cookie = request.cookie(kCookie);
  if (cookie.empty())
    return Status::invalid("refresh_token",
                           {"Ce champ est obligatoire.", "This field is required."});
  if (!is_same_origin(request, services.public_url))
    return Status(
        Code::permission_denied, "origin_not_allowed",
        {"Cette demande vient d'un autre site.", "This request comes from another site."});
  return std::string(cookie);
}

}  // namespace

Result<Response> register_account(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  Accounts::NewAccount account;
  account.email = fields.required_text("email", kEmail);
  account.password = fields.required_secret("password", kPassword);
  account.full_name = fields.text("full_name", kName).value.value_or("");
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const SignIn sign_in, services.accounts.sign_up(account, client_of(request)));
  return signed_in(services, request, 201, sign_in);
}

Result<Response> login(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string email = fields.required_text("email", kEmail);
  const std::string password = fields.required_secret("password", kPassword);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const SignIn sign_in,
                  services.accounts.sign_in(email, password, client_of(request)));
  return signed_in(services, request, 200, sign_in);
}

Result<Response> refresh(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const std::string token, refresh_token_of(services, request));
  MONITORA_ASSIGN(const SignIn sign_in, services.sessions.refresh(token, client_of(request)));
  return signed_in(services, request, 200, sign_in);
}

Result<Response> logout(const Services& services, const Request& request) {
  const Status ended = services.sessions.revoke(actor_of(request), request.principal.session->id);
  if (ended.code() != Code::not_found) MONITORA_TRY(ended);  // not there: over meanwhile
  return Response::no_content().with(
      "Set-Cookie", refresh_cookie(services, request, "", std::chrono::seconds(0)));
}

Result<Response> get_me(const Services&, const Request& request) {
  return Response::json(200, user_json(*request.principal.user));
}

Result<Response> patch_me(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const Change<std::string> name = fields.text("full_name", kName);
  MONITORA_TRY(fields.finish());
  if (!name.given) return get_me(services, request);
  MONITORA_ASSIGN(const User user,
                  services.accounts.rename(request.principal.user->id, name.value.value_or("")));
  return Response::json(200, user_json(user));
}

Result<Response> change_password(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string old_password = fields.required_secret("old_password", kPassword);
  const std::string new_password = fields.required_secret("new_password", kPassword);
  MONITORA_TRY(fields.finish());
  MONITORA_TRY(services.accounts.change_password(actor_of(request), request.principal.session->id,
                                                 old_password, new_password, client_of(request)));
  return Response::no_content();
}

Result<Response> list_sessions(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const std::vector<Session> sessions,
                  services.sessions.list(request.principal.user->id));
  std::vector<KeyedItem> items;
  for (const Session& session : sessions)
    items.push_back({descending_key_of(session.created_at) + session.id.to_string(),
                     {{"id", session.id.to_string()},
                      {"created_at", format_time(session.created_at)},
                      {"last_used_at", time_or_null(session.last_used_at)},
                      {"expires_at", format_time(session.refresh_expires_at)},
                      {"ip_address", text_or_null(session.ip_address)},
                      {"user_agent", text_or_null(session.user_agent)},
                      {"current", session.id == request.principal.session->id}}});
  MONITORA_ASSIGN(const json::object page, page_of(request, std::move(items)));
  return Response::json(200, page);
}

Result<Response> delete_session(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const SessionId session, path_id<SessionId>(request, "id", "session_not_found"));
  MONITORA_TRY(services.sessions.revoke(actor_of(request), session));
  return Response::no_content();
}

}  // namespace monitora::http
