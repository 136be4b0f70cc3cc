// Locks by name, for what no row stands for.
#pragma once

#include <string_view>

#include "base/status.h"
#include "sql/connection.h"

namespace monitora::sql {

// Only one transaction at a time holds the lock of this name; it goes with the transaction's end.
// SQLite: nothing to do, its writers are one at a time anyway. PostgreSQL: an advisory lock, which
// may go out with the next statement (Connection::post). SQL Server: sp_getapplock.
Status lock_until_end(Connection& connection, std::string_view name);

}  // namespace monitora::sql
