// SQL Server's stored procedures (db/migrations/sqlserver/0003_procedures.sql): what the stores
// call there where they write plain SQL elsewhere. The same results from the same calls; the time
// of now is the caller's.
//
// Those that take a pool run outside of a transaction, in the procedure's own: it waits and tries
// again as it must. (Within one of the caller's, Babelfish 4.2 mistakes the names in the checks of
// foreign keys, once the same check has run outside of a procedure.) The others are one statement
// on the caller's connection.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "domain/insights.h"
#include "ports/user_store.h"
#include "sql/pool.h"
#include "storage/cursor.h"

namespace monitora::storage::sqlserver {

// The new user's id; nothing when the e-mail has an account, under concurrency too.
Result<std::optional<UserId>> create_user(sql::Pool& pool, const NewUser& user, Time now);
// Nothing for unknown, locked and disabled alike.
Result<std::optional<Credentials>> authenticate_user(sql::Connection& connection,
                                                     const std::string& email, const Client& client,
                                                     Time now);

// False when there is no such user.
Result<bool> record_login(sql::Connection& connection, const UserId& user, bool succeeded,
                          const Client& client, Time now);
Result<bool> change_password(sql::Connection& connection, const UserId& user,
                             const std::string& hash, const std::string& salt,
                             const std::optional<SessionId>& keep, Time now);

// `foreign_key_violation` when there is no such workspace.
Result<InsightMetrics> calculate_workspace_insights(sql::Pool& pool, const WorkspaceId& workspace,
                                                    Time now);
// The first `size` after `after`, by name: rows for read_workspace_view().
Status get_user_workspaces(sql::Connection& connection, const UserId& user, int size,
                           const std::optional<NamePosition>& after,
                           const std::function<Status(const sql::Row&)>& each);

}  // namespace monitora::storage::sqlserver
