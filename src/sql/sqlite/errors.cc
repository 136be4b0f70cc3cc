// SQLite's result codes (https://sqlite.org/rescode.html) → the errors of sql/connection.h.
#include "sql/errors.h"

#include <sqlite3.h>

#include <cerrno>

#include "sql/sqlite/statement.h"

namespace monitora::sql {
namespace {

Status constraint_status(int extended, std::string message) {
  // "UNIQUE constraint failed: app_users.email", "CHECK constraint failed: CHK_user_role"
  if (const std::size_t colon = message.find(": "); colon != std::string::npos)
    message.erase(0, colon + 2);
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return unique_violation(std::move(message));
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return foreign_key_violation(std::move(message));
    default:  // CHECK, NOT NULL, a column's type, a trigger's refusal
      return check_violation(std::move(message));
  }
}

}  // namespace

Status sqlite_status(sqlite3* db, int code) {
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  std::string message = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  const bool full = db != nullptr && sqlite3_system_errno(db) == ENOSPC;
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return constraint_status(extended, std::move(message));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      if (Status late = check_deadline(); !late.ok()) return late;
      return database_busy(std::move(message));
    case SQLITE_INTERRUPT:
      if (Status late = check_deadline(); !late.ok()) return late;
      return Status::cancelled();
    case SQLITE_FULL:
      return disk_full(std::move(message));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (full) return disk_full(std::move(message));
      return database_unavailable(message + " (" + sqlite3_errstr(extended) + ")");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return database_read_only(std::move(message));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return database_corrupted(std::move(message));
    case SQLITE_TOOBIG:
      return value_too_large(std::move(message));
    case SQLITE_NOMEM:
      return database_unavailable("out of memory");
    default:
      return Status::internal(std::move(message));
  }
}

}  // namespace monitora::sql
