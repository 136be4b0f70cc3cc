// The schema's migrations: db/migrations/<dialect>/NNNN_name.sql, built into the program.
//
// They only ever grow: a migration that was applied somewhere is never edited. Each runs in one
// transaction together with its row in schema_migrations, and one node at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/connection.h"

namespace monitora::sql {

struct Migration {
  int version = 0;
  std::string_view name;  // "0001_schema"
  std::string_view script;
};

// In order of version; empty for a database that has none yet.
std::span<const Migration> migrations(Database database);

// Brings the schema up to what this program knows; answers how many migrations ran. Errors beside
// the driver's: conflict `schema_too_new` (a newer program made this schema), corrupted
// `schema_changed` (an applied migration is not the one of this program), unavailable
// `database_too_old` (a PostgreSQL before 15).
Result<int> apply(Connection& connection);

struct MigrationStatus {
  int version = 0;
  std::string name;
  std::optional<Time> applied_at;  // nothing: still to run
};
// Every migration known or applied, in order. The same errors as apply().
Result<std::vector<MigrationStatus>> status(Connection& connection);

// The SQL for a DBA to run by hand, with what records it in schema_migrations.
std::string print(Database database);

}  // namespace monitora::sql
