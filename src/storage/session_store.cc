#include "base/text.h"
#include "storage/account_rows.h"
#include "storage/query.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

// What the columns hold (NVARCHAR(50), NVARCHAR(500)); a client chooses its own user agent.
constexpr std::size_t kIpAddressBytes = 50, kUserAgentBytes = 500;

Status refused(std::string_view key) {
  return Status(
      Code::unauthenticated, key,
      {"Votre session a expiré : reconnectez-vous.", "Your session has expired: sign in again."});
}

Status insert_session(Connection& connection, const Session& session) {
  return connection.post(
      "INSERT INTO app_sessions (id, user_id, token_hash, refresh_token_hash, family_id, "
      "expires_at, "
      "refresh_expires_at, created_at, last_used_at, ip_address, user_agent) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {p(session.id), p(session.user_id), p(session.token_hash), p(session.refresh_token_hash),
       p(session.family_id), p(session.expires_at), p(session.refresh_expires_at),
       p(session.created_at), p(session.last_used_at),
       p(utf8_prefix(session.ip_address, kIpAddressBytes)),
       p(utf8_prefix(session.user_agent, kUserAgentBytes))});
}

// How many of its sessions were alive.
Result<std::int64_t> revoke_family(Connection& connection, const UserId& user,
                                   const SessionId& family, Time now) {
  return connection.execute(
      "UPDATE app_sessions SET revoked_at = ? WHERE family_id = ? AND user_id = ? AND "
      "revoked_at IS NULL",
      {p(now), p(family), p(user)});
}

class SqlSessionStore final : public SessionStore {
 public:
  SqlSessionStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Status create(const Session& wanted) override {
    Session session = wanted;
    session.created_at = clock_.now();
    if (session.family_id.is_nil()) session.family_id = session.id;
    const Status status =
        pool_.transact([&](Connection& connection) { return insert_session(connection, session); });
    if (status.key() == "foreign_key_violation") return Status::not_found("user_not_found");
    return status;
  }

  Result<std::optional<Live>> find_by_token(const std::string& token_hash) override {
    static const std::string statement =
        "SELECT " + std::string(kSessionColumns) + ", " + std::string(kUserColumns) +
        " FROM app_sessions s JOIN app_users u ON u.id = s.user_id "
        "WHERE s.token_hash = ? AND s.revoked_at IS NULL AND s.expires_at > ? AND u.is_active = ?";
    return query_one(pool_, statement, {p(token_hash), p(clock_.now()), p(true)}, read_live);
  }

  Result<Live> rotate(const std::string& refresh_hash, Session next) override {
    const Time now = clock_.now();
    std::optional<Live> made;
    Status outcome;
    // What a reuse revokes must be kept, so the refusal is not the transaction's error.
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      made.reset();
      // The update decides who was first: of two at once, one changes the row.
      MONITORA_ASSIGN(const auto rows,
                      connection.execute("UPDATE app_sessions SET revoked_at = ? "
                                         "WHERE refresh_token_hash = ? AND revoked_at IS NULL "
                                         "AND refresh_expires_at > ?",
                                         {p(now), p(refresh_hash), p(now)}));
      MONITORA_ASSIGN(const std::optional<Live> old, find_by_refresh(connection, refresh_hash));
      if (!old) {
        outcome = refused("invalid_refresh_token");
        return {};
      }
      if (rows == 0 && old->session.revoked_at) {
        outcome = refused("refresh_token_reused");
        return revoke_family(connection, old->user.id, old->session.family_id, now).status();
      }
      if (rows == 0 || !old->user.is_active) {
        outcome = refused("invalid_refresh_token");
        return {};
      }
      next.user_id = old->user.id;
      next.family_id = old->session.family_id;
      next.created_at = old->session.created_at;  // when the person signed in
      next.last_used_at = now;
      MONITORA_TRY(insert_session(connection, next));
      made = Live{next, old->user};
      outcome = {};
      return {};
    }));
    if (!outcome.ok()) return outcome;
    return std::move(*made);
  }

  Status revoke(const UserId& user, const SessionId& session) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(
          const auto family,
          query_one(connection, "SELECT family_id FROM app_sessions WHERE id = ? AND user_id = ?",
                    {p(session), p(user)}, [](const Row& row) { return SessionId(row.uuid(0)); }));
      if (!family) return Status::not_found("session_not_found");
      MONITORA_ASSIGN(const auto ended, revoke_family(connection, user, *family, clock_.now()));
      return ended > 0 ? Status() : Status::not_found("session_not_found");
    });
  }

  Result<std::vector<Session>> list(const UserId& user) override {
    std::vector<Session> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT " + std::string(kSessionColumns) +
              " FROM app_sessions s WHERE s.user_id = ? AND s.revoked_at IS NULL "
              "AND s.refresh_expires_at > ? ORDER BY s.created_at DESC, s.id",
          {p(user), p(clock_.now())}, [&](const Row& row) {
            found.push_back(read_session(row, 0));
            return Status();
          });
    }));
    return found;
  }

  Status touch(const UserId& user, const SessionId& session) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute(
                          "UPDATE app_sessions SET last_used_at = ? WHERE id = ? AND user_id = ?",
                          {p(clock_.now()), p(session), p(user)}));
      return rows == 0 ? Status::not_found("session_not_found") : Status();
    });
  }

  Status remove_expired() override {
    // Revoked ones stay until then: a reused refresh token must be recognised.
    const Time now = clock_.now();
    return pool_.transact([&](Connection& connection) {
      return connection
          .execute(
              "DELETE FROM app_sessions WHERE expires_at <= ? "
              "AND (refresh_expires_at IS NULL OR refresh_expires_at <= ?)",
              {p(now), p(now)})
          .status();
    });
  }

 private:
  static Live read_live(const Row& row) {
    return {read_session(row, 0), read_user(row, kSessionColumnCount)};
  }

  static Result<std::optional<Live>> find_by_refresh(Connection& connection,
                                                     const std::string& refresh_hash) {
    return query_one(connection,
                     "SELECT " + std::string(kSessionColumns) + ", " + std::string(kUserColumns) +
                         " FROM app_sessions s JOIN app_users u ON u.id = s.user_id "
                         "WHERE s.refresh_token_hash = ?",
                     {p(refresh_hash)}, read_live);
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<SessionStore> make_session_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlSessionStore>(pool, clock);
}

}  // namespace monitora::storage
