// Sign-ins on devices: short-lived access tokens over revocable rows, refresh tokens that rotate.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "app/actor.h"
#include "ports/security.h"
#include "ports/user_store.h"

namespace monitora {

// What a device gets to keep.
struct SignIn {
  User user;
  std::string access_token;
  std::string refresh_token;
  std::chrono::seconds expires_in{0};  // of the access token
  std::chrono::seconds refresh_expires_in{0};
};

// Thread-safe. The parts outlive it.
class Sessions {
 public:
  static constexpr std::chrono::days kRefreshLife{30};

  Sessions(SessionStore& store, TokenIssuer& tokens, AuditLog& audit, const Clock& clock,
           std::chrono::seconds access_life);

  // A new session of its own family.
  Result<SignIn> start(const User& user, const Client& client);
  // A new pair for this refresh token, which is used up. unauthenticated `invalid_refresh_token`,
  // or `refresh_token_reused` after which the whole family is signed out.
  Result<SignIn> refresh(std::string_view refresh_token, const Client& client);
  // The live session of an access token: unauthenticated `invalid_token` for any other.
  Result<SessionStore::Live> authenticate(std::string_view access_token);
  // Live ones, latest first.
  Result<std::vector<Session>> list(const UserId& user) { return store_.list(user); }
  // The session and all rotations of its sign-in. not_found for another user's.
  Status revoke(const Actor& actor, const SessionId& session);

 private:
  struct Draft {
    Session session;
    TokenIssuer::TokenId token_id;
    std::string refresh_token;
  };
  Draft draft(const Client& client);
  Result<SignIn> finish(const User& user, Draft draft);

  SessionStore& store_;
  TokenIssuer& tokens_;
  AuditLog& audit_;
  const Clock& clock_;
  const std::chrono::seconds access_life_;
};

}  // namespace monitora
