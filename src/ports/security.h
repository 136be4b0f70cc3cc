// Passwords, tokens and secrets, as the use cases need them. All thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "domain/account.h"

namespace monitora {

class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;

  // A hash that carries its own salt and cost. Takes tens of milliseconds and memory on purpose;
  // the number that run at once is bounded: unavailable `saturated` when the wait is too long.
  virtual Result<std::string> hash(std::string_view password) = 0;

  struct Verdict {
    bool matches = false;
    bool needs_upgrade = false;  // matches, but the stored form is not today's
  };
  // Understands today's hashes, bcrypt, foreign Argon2id and the first port's salted SHA-256.
  // Nothing (an unknown, locked or disabled account) costs as much as a real one and never matches.
  virtual Result<Verdict> verify(const std::optional<Credentials>& credentials,
                                 std::string_view password) = 0;

  // Among the passwords that everybody tries first, or one of them with decorations.
  virtual bool is_common(std::string_view password) const = 0;
};

// Short-lived proof of a session. The token carries the ids and a random id of its own, whose
// SHA-256 is the session's token_hash; revoking the session row ends it at once.
class TokenIssuer {
 public:
  virtual ~TokenIssuer() = default;
  struct TokenId {
    std::string id;    // random
    std::string hash;  // its SHA-256, 64 hex characters: the session's token_hash
  };
  virtual TokenId new_token_id() = 0;
  virtual Result<std::string> issue(const UserId& user, const SessionId& session, const TokenId& id,
                                    Time expires_at) = 0;
  struct Claims {
    UserId user;
    SessionId session;
    std::string token_hash;
  };
  // unauthenticated `invalid_token` for anything wrong, without saying what.
  virtual Result<Claims> verify(std::string_view token) const = 0;
};

// Encrypts small secrets before they are stored.
class SecretBox {
 public:
  virtual ~SecretBox() = default;
  // `context` says where the secret belongs ("identity:<workspace>"): a ciphertext copied to
  // another place does not open there. The result is text for a column.
  virtual std::string seal(std::string_view secret, std::string_view context) const = 0;
  // corrupted `secret_unreadable`: damaged, of another place, or of another key.
  virtual Result<std::string> open(std::string_view sealed, std::string_view context) const = 0;
};

// A visitor's right to go on with one conversation: an HMAC over workspace, conversation and
// visitor.
class VisitorTokens {
 public:
  virtual ~VisitorTokens() = default;
  virtual std::string make(const WorkspaceId& workspace, const ConversationId& conversation,
                           std::string_view visitor) const = 0;
  virtual bool verify(std::string_view token, const WorkspaceId& workspace,
                      const ConversationId& conversation, std::string_view visitor) const = 0;
};

// Who a visitor is, as the customer's own site has signed it (`user_token`, HS256).
struct VisitorIdentity {
  std::string subject;
  std::string email;  // may be empty
};

class IdentityVerifier {
 public:
  virtual ~IdentityVerifier() = default;
  // unauthenticated `invalid_user_token` for a wrong signature, another algorithm, a missing `sub`
  // or `exp`, or one that has passed.
  virtual Result<VisitorIdentity> verify(std::string_view user_token,
                                         std::string_view identity_secret) const = 0;
};

// Somebody whom another system has signed in: during the transition, Supabase.
struct ExternalIdentity {
  UserId user;  // the same id in both systems
  std::string email;
  std::string full_name;  // may be empty
};

class ExternalTokenVerifier {
 public:
  virtual ~ExternalTokenVerifier() = default;
  // unauthenticated `invalid_token` for anything wrong, without saying what.
  virtual Result<ExternalIdentity> verify(std::string_view access_token) const = 0;
};

}  // namespace monitora
