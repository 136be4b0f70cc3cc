#include "storage/account_rows.h"
#include "storage/sqlserver_procedures.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

constexpr int kFailuresThatLock = 5;
constexpr std::chrono::minutes kLocked{15};

Status absent() {
  return Status::not_found("user_not_found");
}

Status id_taken() {
  return Status(Code::conflict, "id_taken",
                {"Ce compte existe déjà.", "This account exists already."});
}

Status email_taken() {
  return Status(Code::conflict, "email_taken",
                {"Un compte existe déjà pour cette adresse e-mail.",
                 "There already is an account for this e-mail address."});
}

// Ends the sessions of a user, but for `keep`.
Status end_sessions(Connection& connection, const UserId& user,
                    const std::optional<SessionId>& keep, Time now) {
  return connection
      .execute(
          "UPDATE app_sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL AND id "
          "<> ?",
          {p(now), p(user), p(keep.value_or(SessionId()))})
      .status();
}

// Invitations that wait for this e-mail become memberships. A lecteur is a lecteur everywhere.
Status accept_invitations(Connection& connection, const User& user) {
  MONITORA_TRY(
      connection
          .execute(user.role == UserRole::admin
                       ? "INSERT INTO workspace_members (workspace_id, user_id, role, invited_at) "
                         "SELECT workspace_id, ?, role, invited_at FROM workspace_invitations "
                         "WHERE email = ?"
                       : "INSERT INTO workspace_members (workspace_id, user_id, role, invited_at) "
                         "SELECT workspace_id, ?, 'lecteur', invited_at FROM workspace_invitations "
                         "WHERE email = ?",
                   {p(user.id), p(user.email)})
          .status());
  return connection.execute("DELETE FROM workspace_invitations WHERE email = ?", {p(user.email)})
      .status();
}

class SqlUserStore final : public UserStore {
 public:
  SqlUserStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<User> create(const NewUser& wanted) override {
    User user;
    user.id = wanted.id.value_or(UserId::random());
    user.email = wanted.email;
    user.full_name = wanted.full_name.empty() ? wanted.email.substr(0, wanted.email.find('@'))
                                              : wanted.full_name;
    user.role = wanted.role;
    user.created_at = clock_.now();
    if (by_procedures() && !wanted.id) {
      MONITORA_ASSIGN(const auto made, sqlserver::create_user(pool_, wanted, user.created_at));
      if (!made) return email_taken();
      user.id = *made;
      return user;
    }
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      if (wanted.id) {
        MONITORA_ASSIGN(const bool there, exists(connection, *wanted.id));
        if (there) return id_taken();
      }
      const auto inserted = connection.execute(
          "INSERT INTO app_users (id, email, password_hash, password_salt, full_name, role, "
          "is_active, "
          "email_verified, created_at, failed_login_attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "0)",
          {p(user.id), p(user.email), p(wanted.password_hash), p(wanted.password_salt),
           p(user.full_name), p(to_string(user.role)), p(user.is_active), p(user.email_verified),
           p(user.created_at)});
      if (inserted.status().key() == "unique_violation") return email_taken();
      MONITORA_TRY(inserted.status());
      MONITORA_TRY(
          connection
              .execute("INSERT INTO profiles (id, email, full_name, created_at, updated_at) "
                       "VALUES (?, ?, ?, ?, ?)",
                       {p(user.id), p(user.email), p(user.full_name), p(user.created_at),
                        p(user.created_at)})
              .status());
      return accept_invitations(connection, user);
    }));
    return user;
  }

  Result<std::optional<Credentials>> credentials(const std::string& email,
                                                 const Client& client) override {
    if (!by_procedures()) return find_credentials("u.email = ?", p(email));
    std::optional<Credentials> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(found, sqlserver::authenticate_user(connection, email, client, clock_.now()));
      return {};
    }));
    return found;
  }
  Result<std::optional<Credentials>> credentials(const UserId& user) override {
    return find_credentials("u.id = ?", p(user));
  }

  Status record_login(const UserId& user, bool succeeded, const Client& client) override {
    const Time now = clock_.now();
    if (by_procedures())
      return pool_.transact([&](Connection& connection) -> Status {
        MONITORA_ASSIGN(const bool found,
                        sqlserver::record_login(connection, user, succeeded, client, now));
        return found ? Status() : absent();
      });
    // One statement, so that failures at the same moment all count. A lock that has run out begins
    // a new count; one that still holds is not made longer.
    return change_one([&](Connection& connection) {
      if (succeeded)
        return connection.execute(
            "UPDATE app_users SET failed_login_attempts = 0, locked_until = NULL, last_login_at = "
            "? "
            "WHERE id = ?",
            {p(now), p(user)});
      return connection.execute(
          "UPDATE app_users SET failed_login_attempts = "
          "CASE WHEN locked_until <= ? THEN 1 ELSE COALESCE(failed_login_attempts, 0) + 1 END, "
          "locked_until = CASE WHEN locked_until <= ? THEN NULL WHEN locked_until > ? THEN "
          "locked_until "
          "WHEN COALESCE(failed_login_attempts, 0) + 1 >= ? THEN ? ELSE NULL END WHERE id = ?",
          {p(now), p(now), p(now), p(kFailuresThatLock), p(now + kLocked), p(user)});
    });
  }

  Status change_password(const UserId& user, const std::string& hash, const std::string& salt,
                         const std::optional<SessionId>& keep) override {
    return pool_.transact([&](Connection& connection) -> Status {
      if (by_procedures()) {
        MONITORA_ASSIGN(const bool found, sqlserver::change_password(connection, user, hash, salt,
                                                                     keep, clock_.now()));
        return found ? Status() : absent();
      }
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("UPDATE app_users SET password_hash = ?, password_salt = ?, "
                             "failed_login_attempts = 0, locked_until = NULL WHERE id = ?",
                             {p(hash), p(salt), p(user)}));
      if (rows == 0) return absent();
      return end_sessions(connection, user, keep, clock_.now());
    });
  }

  Status upgrade_hash(const UserId& user, const std::string& hash) override {
    return change_one([&](Connection& connection) {
      return connection.execute(
          "UPDATE app_users SET password_hash = ?, password_salt = '' WHERE id = ?",
          {p(hash), p(user)});
    });
  }

  Result<User> find(const UserId& user) override {
    MONITORA_ASSIGN(std::optional<User> found, find_user("u.id = ?", p(user)));
    if (!found) return absent();
    return std::move(*found);
  }
  Result<std::optional<User>> find_by_email(const std::string& email) override {
    return find_user("u.email = ?", p(email));
  }

  Status set_email(const UserId& user, const std::string& email) override {
    return pool_.transact([&](Connection& connection) -> Status {
      const auto rows =
          connection.execute("UPDATE app_users SET email = ? WHERE id = ?", {p(email), p(user)});
      if (rows.status().key() == "unique_violation") return email_taken();
      MONITORA_TRY(rows.status());
      if (*rows == 0) return absent();
      return connection
          .execute("UPDATE profiles SET email = ?, updated_at = ? WHERE id = ?",
                   {p(email), p(clock_.now()), p(user)})
          .status();
    });
  }

  Status set_full_name(const UserId& user, const std::string& full_name) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute("UPDATE app_users SET full_name = ? WHERE id = ?",
                                         {p(full_name), p(user)}));
      if (rows == 0) return absent();
      return connection
          .execute("UPDATE profiles SET full_name = ?, updated_at = ? WHERE id = ?",
                   {p(full_name), p(clock_.now()), p(user)})
          .status();
    });
  }

  Status set_active(const UserId& user, bool active) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute("UPDATE app_users SET is_active = ? WHERE id = ?",
                                         {p(active), p(user)}));
      if (rows == 0) return absent();
      return active ? Status() : end_sessions(connection, user, std::nullopt, clock_.now());
    });
  }

  Result<std::vector<User>> list() override {
    std::vector<User> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT " + std::string(kUserColumns) + " FROM app_users u ORDER BY u.created_at, u.id",
          {}, [&](const Row& row) {
            found.push_back(read_user(row, 0));
            return Status();
          });
    }));
    return found;
  }

 private:
  bool by_procedures() const { return pool_.database() == sql::Database::sqlserver; }

  static Result<bool> exists(Connection& connection, const UserId& user) {
    bool found = false;
    MONITORA_TRY(
        connection.query("SELECT id FROM app_users WHERE id = ?", {p(user)}, [&](const Row&) {
          found = true;
          return Status();
        }));
    return found;
  }

  // One UPDATE of one user.
  template <class Update>
  Status change_one(const Update& update) {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows, update(connection));
      return rows == 0 ? absent() : Status();
    });
  }

  Result<std::optional<User>> find_user(std::string_view condition, sql::Param value) {
    std::optional<User> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query("SELECT " + std::string(kUserColumns) + " FROM app_users u WHERE " +
                                  std::string(condition),
                              {value}, [&](const Row& row) {
                                found = read_user(row, 0);
                                return Status();
                              });
    }));
    return found;
  }

  Result<std::optional<Credentials>> find_credentials(std::string_view condition,
                                                      sql::Param value) {
    std::optional<Credentials> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT " + std::string(kUserColumns) +
              ", u.password_hash, u.password_salt, u.failed_login_attempts, u.locked_until "
              "FROM app_users u WHERE " +
              std::string(condition) +
              " AND u.is_active = ? AND (u.locked_until IS NULL OR u.locked_until <= ?)",
          {value, p(true), p(clock_.now())}, [&](const Row& row) {
            Credentials credentials;
            credentials.user = read_user(row, 0);
            credentials.password_hash = row.text(kUserColumnCount);
            credentials.password_salt = row.text(kUserColumnCount + 1);
            credentials.failed_login_attempts = static_cast<int>(row.integer(kUserColumnCount + 2));
            credentials.locked_until = optional_time(row, kUserColumnCount + 3);
            found = std::move(credentials);
            return Status();
          });
    }));
    return found;
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<UserStore> make_user_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlUserStore>(pool, clock);
}

}  // namespace monitora::storage
