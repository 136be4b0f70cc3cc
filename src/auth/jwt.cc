#include "auth/jwt.h"

#include <jwt.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

namespace monitora::auth {
namespace {

constexpr std::size_t kLargestToken = 4096;
constexpr std::chrono::seconds kLeeway{30};
// Year 9999, so that no time of a token overflows ours.
constexpr long kLastSecond = 253402300799;
constexpr const char* kTexts[] = {"sub", "sid", "jti", "email"};

struct Free {
  void operator()(jwt_t* token) const { jwt_free(token); }
};
using Handle = std::unique_ptr<jwt_t, Free>;

// Three non-empty base64url parts. libjwt's decoder skips over what it does not know.
bool has_token_shape(std::string_view token) {
  if (token.empty() || token.size() > kLargestToken) return false;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (!std::all_of(token.begin(), token.end(), allowed)) return false;
  return std::count(token.begin(), token.end(), '.') == 2 && token.front() != '.' &&
         token.back() != '.' && token.find("..") == std::string_view::npos;
}

// False when the claim is there but is no sensible time.
bool read_time(jwt_t* token, const char* name, std::optional<Time>& into) {
  errno = 0;
  const long seconds = jwt_get_grant_int(token, name);
  if (errno == ENOENT) return true;
  if (errno != 0 || seconds < 0 || seconds > kLastSecond) return false;
  into = Time(std::chrono::seconds(seconds));
  return true;
}

long seconds_of(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::optional<std::string> sign_jwt(const JwtClaims& claims, std::string_view secret) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return std::nullopt;
  const Handle token(raw);
  bool ok = jwt_set_alg(raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(secret.data()),
                        static_cast<int>(secret.size())) == 0;
  for (const auto& [name, value] : claims.texts)
    ok = ok && jwt_add_grant(raw, name.c_str(), value.c_str()) == 0;
  if (claims.expires_at)
    ok = ok && jwt_add_grant_int(raw, "exp", seconds_of(*claims.expires_at)) == 0;
  if (claims.not_before)
    ok = ok && jwt_add_grant_int(raw, "nbf", seconds_of(*claims.not_before)) == 0;
  if (claims.issued_at)
    ok = ok && jwt_add_grant_int(raw, "iat", seconds_of(*claims.issued_at)) == 0;
  char* encoded = ok ? jwt_encode_str(raw) : nullptr;
  if (encoded == nullptr) return std::nullopt;
  std::string out = encoded;
  std::free(encoded);  // NOLINT: libjwt allocated it
  return out;
}

std::optional<JwtClaims> verify_jwt(std::string_view token, std::string_view secret, Time now) {
  if (!has_token_shape(token) || secret.empty()) return std::nullopt;
  const std::string copy(token);
  jwt_t* raw = nullptr;
  if (jwt_decode(&raw, copy.c_str(), reinterpret_cast<const unsigned char*>(secret.data()),
                 static_cast<int>(secret.size())) != 0)
    return std::nullopt;
  const Handle handle(raw);
  if (jwt_get_alg(raw) != JWT_ALG_HS256) return std::nullopt;

  JwtClaims claims;
  if (!read_time(raw, "exp", claims.expires_at) || !read_time(raw, "nbf", claims.not_before) ||
      !read_time(raw, "iat", claims.issued_at) || !claims.expires_at)
    return std::nullopt;
  if (now >= *claims.expires_at + kLeeway) return std::nullopt;
  if (claims.not_before && now + kLeeway < *claims.not_before) return std::nullopt;
  if (claims.issued_at && now + kLeeway < *claims.issued_at) return std::nullopt;
  for (const char* name : kTexts)
    if (const char* text = jwt_get_grant(raw, name); text != nullptr) claims.texts[name] = text;
  if (claims.texts["sub"].empty()) return std::nullopt;
  return claims;
}

}  // namespace monitora::auth
