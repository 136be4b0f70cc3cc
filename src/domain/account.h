// People, their sessions and what they may do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"

namespace monitora {

// Of a user: `admin` creates and owns workspaces, `lecteur` reads what it was invited to.
// Of a member: what the user may do in that workspace. The owner is always admin there.
enum class UserRole { admin, lecteur };

std::string_view to_string(UserRole role);
std::optional<UserRole> parse_user_role(std::string_view text);

struct User {
  UserId id;
  std::string email;  // as typed at sign-up; unique without regard to case
  std::string full_name;
  UserRole role = UserRole::admin;
  bool is_active = true;
  bool email_verified = false;
  Time created_at;
  std::optional<Time> last_login_at;
};

// What a login needs to decide; never leaves the server.
struct Credentials {
  User user;
  std::string password_hash;
  std::string password_salt;  // empty but for hashes of the first port (hex of SHA-256 of
                              // salt+password+salt)
  int failed_login_attempts = 0;
  std::optional<Time> locked_until;
};

struct Session {
  SessionId id;
  UserId user_id;
  std::string token_hash;          // SHA-256 of the session's access-token id, 64 hex characters
  std::string refresh_token_hash;  // SHA-256 of the refresh token, 64 hex characters
  SessionId family_id;  // all rotations of one sign-in; reuse of an old token revokes them all
  Time expires_at;      // of the access token
  Time refresh_expires_at;
  Time created_at;
  std::optional<Time> last_used_at;
  std::optional<Time> revoked_at;
  std::string ip_address;
  std::string user_agent;
};

}  // namespace monitora
