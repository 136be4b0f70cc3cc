// Accounts and their sessions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/account.h"
#include "ports/stores.h"

namespace monitora {

struct NewUser {
  std::string email;
  std::string password_hash;
  std::string password_salt;  // "" for hashes that carry their own
  std::string full_name;      // "" takes the e-mail's local part
  UserRole role = UserRole::admin;
  std::optional<UserId> id;  // of an account that another system made; nothing: a new one
};

struct Client {  // who asks, for sessions and the audit
  std::string ip_address;
  std::string user_agent;
};

class UserStore {
 public:
  virtual ~UserStore() = default;

  // User and profile in one transaction; invitations waiting for this e-mail become memberships.
  // conflict `email_taken`, under concurrency too; `id_taken` when `id` has an account already.
  // (SQL Server: sp_create_user, but for a given id.)
  virtual Result<User> create(const NewUser& user) = 0;
  // Nothing for unknown, locked and disabled alike. (sp_authenticate_user.)
  virtual Result<std::optional<Credentials>> credentials(const std::string& email,
                                                         const Client& client) = 0;
  virtual Result<std::optional<Credentials>> credentials(const UserId& user) = 0;
  // Counts a failure and locks at the fifth for 15 minutes, or resets and sets last_login_at.
  // (sp_record_login.)
  virtual Status record_login(const UserId& user, bool succeeded, const Client& client) = 0;
  // Also ends the user's sessions, but for `keep`. (sp_change_password.)
  virtual Status change_password(const UserId& user, const std::string& hash,
                                 const std::string& salt, const std::optional<SessionId>& keep) = 0;
  // The same password in a better form: sessions stay.
  virtual Status upgrade_hash(const UserId& user, const std::string& hash) = 0;
  virtual Result<User> find(const UserId& user) = 0;
  virtual Result<std::optional<User>> find_by_email(const std::string& email) = 0;
  // conflict `email_taken`.
  virtual Status set_email(const UserId& user, const std::string& email) = 0;
  virtual Status set_full_name(const UserId& user, const std::string& full_name) = 0;
  virtual Status set_active(const UserId& user, bool active) = 0;  // disabling ends the sessions
  virtual Result<std::vector<User>> list() = 0;
};

class SessionStore {
 public:
  virtual ~SessionStore() = default;

  virtual Status create(const Session& session) = 0;
  // The live session of this access token with its active user; nothing if revoked, expired or
  // disabled.
  struct Live {
    Session session;
    User user;
  };
  virtual Result<std::optional<Live>> find_by_token(const std::string& token_hash) = 0;
  // One transaction: the session with this refresh hash is revoked and `next` (whose user_id and
  // family_id are taken from it) takes its place. Seen twice: the whole family is revoked and the
  // answer is unauthenticated `refresh_token_reused`; unknown or expired: `invalid_refresh_token`.
  virtual Result<Live> rotate(const std::string& refresh_hash, Session next) = 0;
  virtual Status revoke(const UserId& user, const SessionId& session) = 0;  // its family
  virtual Result<std::vector<Session>> list(const UserId& user) = 0;  // live ones, latest first
  virtual Status touch(const UserId& user, const SessionId& session) = 0;  // last_used_at
  virtual Status remove_expired() = 0;
};

}  // namespace monitora
