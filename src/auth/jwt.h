// JSON Web Tokens over libjwt (RFC 7519, RFC 8725). Internal to the room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace monitora::auth {

struct JwtClaims {
  std::map<std::string, std::string, std::less<>>
      texts;  // sub, sid, jti, email: the string claims asked for
  std::optional<Time> expires_at, not_before, issued_at;
};

// Signs with HS256.
std::optional<std::string> sign_jwt(const JwtClaims& claims, std::string_view secret);

// The claims of a token whose HS256 signature is right and whose times hold at `now` (30 s of
// leeway for clocks that differ); nothing for anything else: another algorithm, no `exp`, no `sub`,
// more than 4 KiB, times that are no whole numbers.
std::optional<JwtClaims> verify_jwt(std::string_view token, std::string_view secret, Time now);

}  // namespace monitora::auth
