#include "transfer/load_indexes.h"

#include <map>
#include <string>
#include <vector>

#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"

namespace monitora::transfer {
namespace {

struct Index {
  std::string table;
  std::string statement;
  bool trigger = false;
};
using Indexes = std::map<std::string, Index>;  // by name

Result<Indexes> read_indexes(sql::Connection& connection) {
  Indexes indexes;
  MONITORA_TRY(connection.query(
      "SELECT name, tbl_name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') "
      "AND sql IS NOT NULL",
      {}, [&](const sql::Row& row) {
        const std::string_view statement = row.text(2);
        const bool trigger = statement.starts_with("CREATE TRIGGER ") &&
                             statement.find("AFTER INSERT ON ") != std::string_view::npos;
        if (trigger || statement.starts_with("CREATE INDEX "))
          indexes[std::string(row.text(0))] = {std::string(row.text(1)), std::string(statement),
                                               trigger};
        return Status();
      }));
  return indexes;
}

// Those of the program's schema, as its migrations leave them.
Result<Indexes> schema_indexes() {
  MONITORA_ASSIGN(const auto connection,
                  sql::open_sqlite(":memory:", sql::Connection::Mode::write));
  MONITORA_TRY(sql::apply(*connection).status());
  return read_indexes(*connection);
}
const Result<Indexes>& wanted() {
  static const Result<Indexes> indexes = schema_indexes();
  return indexes;
}

// The statements that make what the schema has and the table has not.
Result<std::vector<std::string>> missing(sql::Connection& connection, std::string_view table) {
  MONITORA_TRY(wanted().status());
  MONITORA_ASSIGN(const Indexes there, read_indexes(connection));
  std::vector<std::string> statements;
  for (const auto& [name, index] : *wanted())
    if (index.table == table && !there.contains(name)) statements.push_back(index.statement);
  return statements;
}

}  // namespace

Status drop_indexes(sql::Connection& connection, std::string_view table) {
  MONITORA_TRY(wanted().status());
  MONITORA_ASSIGN(const Indexes there, read_indexes(connection));
  for (const auto& [name, index] : *wanted()) {
    const auto found = there.find(name);
    if (index.table != table || found == there.end() || found->second.statement != index.statement)
      continue;
    MONITORA_TRY(connection.run_script((index.trigger ? "DROP TRIGGER " : "DROP INDEX ") + name));
  }
  return {};
}

Result<bool> lacks_indexes(sql::Connection& connection, std::string_view table) {
  MONITORA_ASSIGN(const std::vector<std::string> statements, missing(connection, table));
  return !statements.empty();
}

Status make_indexes(sql::Connection& connection, std::string_view table) {
  MONITORA_ASSIGN(const std::vector<std::string> statements, missing(connection, table));
  for (const std::string& statement : statements) MONITORA_TRY(connection.run_script(statement));
  return {};
}

}  // namespace monitora::transfer
