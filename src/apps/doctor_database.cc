#include "apps/doctor_database.h"

#include <fmt/format.h>

#include <regex>
#include <set>

#include "apps/database.h"
#include "base/deadline.h"
#include "base/text.h"
#include "config/sql_server_address.h"
#include "sql/migrations.h"
#include "sql/odbc/drivers.h"

namespace monitora::apps {
namespace {

using sql::Connection;
using sql::p;

constexpr std::chrono::seconds kPatience{20};
constexpr std::size_t kLongestVersion = 80;

Check check_driver(const config::Settings& settings) {
  Check check{{"Pilote ODBC", "ODBC driver"}, {}, {}};
  const Result<config::SqlServerAddress> address = config::sql_server_address(settings);
  if (!address.ok()) {
    check.status = address.status();
    return check;
  }
  const sql::DriverReport report = sql::report_drivers(address->driver);
  check.found = report.summary;
  if (!report.next_step.fr.empty())
    check.status = Status(Code::unavailable, "odbc_driver",
                          {report.summary.fr + " " + report.next_step.fr,
                           report.summary.en + " " + report.next_step.en});
  return check;
}

// "PostgreSQL 15.8 …" as the server itself says it.
Result<std::string> version_of(Connection& connection) {
  std::string version;
  const std::string_view statement = connection.dialect().database() == sql::Database::sqlite
                                         ? "SELECT 'SQLite ' || sqlite_version()"
                                     : connection.dialect().database() == sql::Database::postgres
                                         ? "SELECT version()"
                                         : "SELECT @@VERSION";
  MONITORA_TRY(connection.query(statement, {}, [&](const sql::Row& row) {
    const std::string text(row.text(0));
    version = character_prefix(collapse_spaces(text.substr(0, text.find('\n'))), kLongestVersion);
    return Status();
  }));
  return version;
}

// What the migrations make; the pattern's first group is the name.
std::set<std::string> made_by_migrations(sql::Database database, const char* pattern) {
  const std::regex create(pattern, std::regex::icase);
  std::set<std::string> names;
  for (const sql::Migration& migration : sql::migrations(database))
    for (std::cregex_iterator at(migration.script.begin(), migration.script.end(), create), end;
         at != end; ++at)
      names.insert((*at)[1]);
  return names;
}

std::set<std::string> tables_of(sql::Database database) {
  return made_by_migrations(database,
                            R"(CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(?:dbo\.)?(\w+))");
}

// SQL Server's.
std::set<std::string> procedures_of(sql::Database database) {
  return made_by_migrations(database, R"(CREATE PROCEDURE dbo\.(\w+))");
}

// "messages (DELETE), jobs (SELECT, INSERT)": what the account may not do.
Result<std::string> missing_permissions(Connection& connection) {
  const sql::Database database = connection.dialect().database();
  std::string missing;
  if (database == sql::Database::sqlite) return missing;
  for (const std::string& table : tables_of(database)) {
    std::string verbs;
    for (const char* verb : {"SELECT", "INSERT", "UPDATE", "DELETE"}) {
      // Nobody changes what is only appended to.
      if (table == "schema_migrations" && verb[0] != 'S') continue;
      if (table == "audit_log" && (verb[0] == 'U' || verb[0] == 'D')) continue;
      bool granted = false;
      const std::string name = database == sql::Database::sqlserver ? "dbo." + table : table;
      const std::string_view statement =
          database == sql::Database::postgres
              ? "SELECT CASE WHEN has_table_privilege(?, ?) THEN 1 ELSE 0 END"
              : "SELECT HAS_PERMS_BY_NAME(?, 'OBJECT', ?)";
      MONITORA_TRY(connection.query(statement, {p(name), p(verb)}, [&](const sql::Row& row) {
        granted = row.integer(0) != 0;
        return Status();
      }));
      if (!granted) verbs += (verbs.empty() ? "" : ", ") + std::string(verb);
    }
    if (!verbs.empty()) missing += (missing.empty() ? "" : ", ") + table + " (" + verbs + ")";
  }
  for (const std::string& procedure : procedures_of(database))
    MONITORA_TRY(connection.query("SELECT HAS_PERMS_BY_NAME(?, 'OBJECT', 'EXECUTE')",
                                  {p("dbo." + procedure)}, [&](const sql::Row& row) {
                                    if (row.integer(0) == 0)
                                      missing +=
                                          (missing.empty() ? "" : ", ") + procedure + " (EXECUTE)";
                                    return Status();
                                  }));
  return missing;
}

Status schema_behind(int pending) {
  return Status(Code::conflict, "schema_behind",
                {fmt::format("{} migrations à appliquer : lancez monitora schema apply.", pending),
                 fmt::format("{} migrations to apply: run monitora schema apply.", pending)});
}

Status permissions_missing(const std::string& what) {
  return Status(Code::unavailable, "database_permission_denied",
                {fmt::format("Droits manquants : {}. Un administrateur de la base les accorde par "
                             "GRANT.",
                             what),
                 fmt::format("Missing permissions: {}. A database administrator grants them with "
                             "GRANT.",
                             what)});
}

// Fills both checks as far as it gets.
Status examine(Connection& connection, Check& reached, Check& permissions) {
  MONITORA_ASSIGN(const std::string version, version_of(connection));
  int applied = 0, pending = 0;
  MONITORA_ASSIGN(const std::vector<sql::MigrationStatus> all, sql::status(connection));
  for (const sql::MigrationStatus& one : all) ++(one.applied_at ? applied : pending);
  reached.found = {fmt::format("{}, {} migrations appliquées", version, applied),
                   fmt::format("{}, {} migrations applied", version, applied)};
  if (pending > 0) return schema_behind(pending);
  const Result<std::string> missing = missing_permissions(connection);
  permissions.status =
      missing.ok() && !missing->empty() ? permissions_missing(*missing) : missing.status();
  return {};
}

}  // namespace

std::vector<Check> check_database(const config::Settings& settings) {
  std::vector<Check> checks;
  if (settings.uses_sql_server()) {
    checks.push_back(check_driver(settings));
    if (!checks.back().status.ok()) return checks;  // nothing else can work
  }
  Check reached{{"Base de données", "Database"}, {}, {}};
  Check permissions{{"Droits dans la base", "Database permissions"},
                    {},
                    {"lire, ajouter, modifier et supprimer dans chaque table",
                     "read, add, change and delete in every table"}};
  const ScopedDeadline patience(Deadline::in(kPatience));
  const Result<std::unique_ptr<sql::Pool>> pool = open_pool(settings);
  reached.status = pool.ok() ? (*pool)->with(Connection::Mode::write,
                                             [&](Connection& connection) {
                                               return examine(connection, reached, permissions);
                                             })
                             : pool.status();
  reached.status = for_operator(reached.status, settings);
  const bool knows_permissions = reached.status.ok() && !settings.uses_sqlite();
  checks.push_back(std::move(reached));
  if (knows_permissions) checks.push_back(std::move(permissions));
  return checks;
}

}  // namespace monitora::apps
