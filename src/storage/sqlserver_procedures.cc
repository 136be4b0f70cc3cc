#include "storage/sqlserver_procedures.h"

#include "storage/account_rows.h"
#include "storage/changes.h"

namespace monitora::storage::sqlserver {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

// A procedure that answers one row, whose column `success` comes first.
Result<bool> succeeded(Connection& connection, std::string_view statement, sql::Params params) {
  bool success = false;
  MONITORA_TRY(connection.query(statement, params, [&](const Row& row) {
    success = row.integer(0) == 1;
    return Status();
  }));
  return success;
}

// Outside of a transaction; again when it was a deadlock's victim, which undid all of it.
Status alone(sql::Pool& pool, const std::function<Status(Connection&)>& call) {
  constexpr int kMostTries = 4;
  Status status;
  for (int i = 0; i < kMostTries; ++i) {
    status = pool.with(Connection::Mode::write, call);
    if (status.key() != "database_busy") break;
  }
  return status;
}

}  // namespace

Result<std::optional<UserId>> create_user(sql::Pool& pool, const NewUser& user, Time now) {
  std::optional<UserId> made;
  MONITORA_TRY(alone(pool, [&](Connection& connection) {
    return connection.query(
        "EXEC dbo.sp_create_user @email = ?, @password_hash = ?, @password_salt = ?, "
        "@full_name = ?, @role = ?, @now = ?",
        {p(user.email), p(user.password_hash), p(user.password_salt), p_or_null(user.full_name),
         p(to_string(user.role)), p(now)},
        [&](const Row& row) {
          if (row.integer(0) == 1) made = UserId(row.uuid(1));
          return Status();
        });
  }));
  return made;
}
Result<std::optional<Credentials>> authenticate_user(Connection& connection,
                                                     const std::string& email, const Client& client,
                                                     Time now) {
  std::optional<Credentials> found;
  // The password is verified here: the procedure is given no hash.
  MONITORA_TRY(connection.query(
      "EXEC dbo.sp_authenticate_user @email = ?, @password_hash = NULL, @ip_address = ?, "
      "@user_agent = ?, @now = ?",
      {p(email), p(client.ip_address), p(client.user_agent), p(now)}, [&](const Row& row) {
        if (row.integer(0) != 1) return Status();
        Credentials credentials;
        credentials.user = read_user(row, 1);
        credentials.password_hash = row.text(kUserColumnCount + 1);
        credentials.password_salt = row.text(kUserColumnCount + 2);
        credentials.failed_login_attempts = static_cast<int>(row.integer(kUserColumnCount + 3));
        credentials.locked_until = optional_time(row, kUserColumnCount + 4);
        found = std::move(credentials);
        return Status();
      }));
  return found;
}

Result<bool> record_login(Connection& connection, const UserId& user, bool ok, const Client& client,
                          Time now) {
  const sql::Param params[] = {p(user), p(ok), p(client.ip_address), p(client.user_agent), p(now)};
  return succeeded(connection,
                   "EXEC dbo.sp_record_login @user_id = ?, @succeeded = ?, @ip_address = ?, "
                   "@user_agent = ?, @now = ?",
                   params);
}

Result<bool> change_password(Connection& connection, const UserId& user, const std::string& hash,
                             const std::string& salt, const std::optional<SessionId>& keep,
                             Time now) {
  const sql::Param params[] = {p(user), p(hash), p(salt), p(keep), p(now)};
  return succeeded(connection,
                   "EXEC dbo.sp_change_password @user_id = ?, @password_hash = ?, "
                   "@password_salt = ?, @keep_session_id = ?, @now = ?",
                   params);
}

Result<InsightMetrics> calculate_workspace_insights(sql::Pool& pool, const WorkspaceId& workspace,
                                                    Time now) {
  InsightMetrics metrics;
  MONITORA_TRY(alone(pool, [&](Connection& connection) {
    return connection.query("EXEC dbo.sp_calculate_workspace_insights @workspace_id = ?, @now = ?",
                            {p(workspace), p(now)}, [&](const Row& row) {
                              if (!row.is_null(0)) metrics.satisfaction_rate = row.real(0);
                              if (!row.is_null(1)) metrics.avg_rag_score = row.real(1);
                              metrics.avg_messages_per_conversation = row.real(2);
                              metrics.low_confidence_count = row.integer(3);
                              metrics.total_conversations = row.integer(4);
                              metrics.total_messages = row.integer(5);
                              metrics.total_documents = row.integer(6);
                              metrics.calculated_at = row.time(7);
                              return Status();
                            });
  }));
  return metrics;
}
Status get_user_workspaces(Connection& connection, const UserId& user, int size,
                           const std::optional<NamePosition>& after,
                           const std::function<Status(const Row&)>& each) {
  const sql::Param name = after ? p(after->name) : sql::Param(nullptr);
  const sql::Param id = after ? p(after->id) : sql::Param(nullptr);
  return connection.query(
      "EXEC dbo.sp_get_user_workspaces @user_id = ?, @page_size = ?, @after_name = ?, "
      "@after_id = ?",
      {p(user), p(size), name, id}, each);
}

}  // namespace monitora::storage::sqlserver
