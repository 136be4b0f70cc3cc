// monitora schema apply | status | print
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "apps/commands.h"
#include "apps/database.h"
#include "apps/terminal.h"
#include "sql/migrations.h"

namespace monitora::apps {
namespace {

Status apply(const CommandLine& line) {
  MONITORA_ASSIGN(const config::Settings settings, load_plain_settings(line.settings));
  MONITORA_ASSIGN(const auto pool, open_pool(settings));
  const Status status =
      pool->with(sql::Connection::Mode::write, [&](sql::Connection& connection) -> Status {
        MONITORA_ASSIGN(const int ran, sql::apply(connection));
        if (line.json)
          fmt::print("{}\n", boost::json::serialize(boost::json::object{{"applied", ran}}));
        else if (ran == 0)
          fmt::print("{}\n", in_language({"Le schéma est à jour.", "The schema is up to date."}));
        else
          fmt::print("{}\n", in_language({fmt::format("{} migrations appliquées.", ran),
                                          fmt::format("{} migrations applied.", ran)}));
        return {};
      });
  return for_operator(status, settings);
}

Status show(const CommandLine& line) {
  MONITORA_ASSIGN(const config::Settings settings, load_plain_settings(line.settings));
  MONITORA_ASSIGN(const auto pool, open_pool(settings));
  const Status status =
      pool->with(sql::Connection::Mode::write, [&](sql::Connection& connection) -> Status {
        MONITORA_ASSIGN(const std::vector<sql::MigrationStatus> all, sql::status(connection));
        boost::json::array rows;
        for (const sql::MigrationStatus& migration : all) {
          const std::string at = migration.applied_at ? format_time(*migration.applied_at) : "";
          rows.push_back(
              {{"version", migration.version},
               {"name", migration.name},
               {"applied_at", at.empty() ? boost::json::value() : boost::json::value(at)}});
          if (!line.json)
            fmt::print("{:04}  {:<40} {}\n", migration.version, migration.name,
                       at.empty() ? in_language({"à appliquer", "to apply"}) : at);
        }
        if (line.json) fmt::print("{}\n", boost::json::serialize(rows));
        return {};
      });
  return for_operator(status, settings);
}

// The dialect that is named, else the configured database's.
Result<sql::Database> database_of(const std::string& dialect, const CommandLine& line) {
  if (dialect == "sqlite") return sql::Database::sqlite;
  if (dialect == "sqlserver") return sql::Database::sqlserver;
  if (dialect == "postgres") return sql::Database::postgres;
  MONITORA_ASSIGN(const config::Settings settings,
                  config::load(line.settings, config::process_environment()));
  if (settings.uses_sql_server()) return sql::Database::sqlserver;
  return settings.uses_postgres() ? sql::Database::postgres : sql::Database::sqlite;
}

Status write_script(const CommandLine& line, const std::string& dialect) {
  MONITORA_ASSIGN(const sql::Database database, database_of(dialect, line));
  fmt::print("{}", sql::print(database));
  return {};
}

}  // namespace

void add_schema(CLI::App& app, CommandLine& line) {
  CLI::App* schema = app.add_subcommand("schema", "Le schéma de la base / The database's schema");
  schema->require_subcommand(1);
  const auto run = [&line](Status (*command)(const CommandLine&)) {
    const Status status = command(line);
    if (!status.ok()) line.exit_code = fail(status);
  };
  schema
      ->add_subcommand("apply",
                       "Applique les migrations qui manquent / Applies the missing migrations")
      ->callback([run] { run(apply); });
  schema->add_subcommand("status", "Liste les migrations / Lists the migrations")->callback([run] {
    run(show);
  });
  CLI::App* print = schema->add_subcommand(
      "print", "Écrit le SQL pour un administrateur / Writes the SQL for a DBA");
  const auto dialect = std::make_shared<std::string>();
  print
      ->add_option("--dialect", *dialect,
                   "sqlite, postgres, sqlserver (sans elle celui de la base / without it the "
                   "database's)")
      ->check(CLI::IsMember({"sqlite", "postgres", "sqlserver"}));
  print->callback([&line, dialect] {
    const Status status = write_script(line, *dialect);
    if (!status.ok()) line.exit_code = fail(status);
  });
}

}  // namespace monitora::apps
