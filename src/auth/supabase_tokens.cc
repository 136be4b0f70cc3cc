#include "auth/supabase_tokens.h"

#include <boost/json.hpp>

#include "auth/jwt.h"
#include "base/crypto.h"
#include "domain/sign_in_again.h"

namespace monitora::auth {
namespace {

namespace json = boost::json;

constexpr std::string_view kAuthenticated = "authenticated";

// The claims of a token whose signature is right already.
json::object claims_of(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  const auto bytes = from_base64url(token.substr(first + 1, second - first - 1));
  if (!bytes) return {};
  boost::system::error_code error;
  const json::value parsed =
      json::parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, error);
  return !error && parsed.is_object() ? parsed.as_object() : json::object();
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->as_string())
                                                : std::string_view();
}

bool names_audience(const json::object& claims) {
  const json::value* audience = claims.if_contains("aud");
  if (audience == nullptr || !audience->is_array()) return text_of(claims, "aud") == kAuthenticated;
  for (const json::value& each : audience->as_array())
    if (each.is_string() && each.as_string() == kAuthenticated) return true;
  return false;
}

std::string full_name_of(const json::object& claims) {
  const json::value* metadata = claims.if_contains("user_metadata");
  if (metadata == nullptr || !metadata->is_object()) return {};
  const std::string_view full_name = text_of(metadata->as_object(), "full_name");
  return std::string(full_name.empty() ? text_of(metadata->as_object(), "name") : full_name);
}

}  // namespace

SupabaseTokens::SupabaseTokens(std::string secret, std::string_view project_url, const Clock& clock)
    : secret_(std::move(secret)),
      issuer_(project_url.empty() ? std::string() : std::string(project_url) + "/auth/v1"),
      clock_(clock) {}

Result<ExternalIdentity> SupabaseTokens::verify(std::string_view access_token) const {
  if (!verify_jwt(access_token, secret_, clock_.now())) return sign_in_again();
  const json::object claims = claims_of(access_token);
  // The project's own keys (`anon`, `service_role`) are signed with the same secret: they are
  // nobody.
  if (!names_audience(claims) || text_of(claims, "role") != kAuthenticated) return sign_in_again();
  if (!issuer_.empty() && text_of(claims, "iss") != issuer_) return sign_in_again();
  const std::optional<UserId> user = UserId::parse(text_of(claims, "sub"));
  if (!user || user->is_nil() || text_of(claims, "email").empty()) return sign_in_again();
  return ExternalIdentity{*user, std::string(text_of(claims, "email")), full_name_of(claims)};
}

}  // namespace monitora::auth
