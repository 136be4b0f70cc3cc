#include <fmt/format.h>

#include "apps/database.h"
#include "apps/migrate.h"
#include "base/log.h"
#include "sql/migrations.h"

namespace monitora::apps {
namespace {

Result<std::string> secret(std::string_view name) {
  MONITORA_ASSIGN(const std::optional<std::string> given,
                  config::command_secret(name, config::process_environment()));
  return given.value_or("");
}

}  // namespace

Result<std::string> source_password() {
  return secret("SOURCE_PASSWORD");
}

Result<std::unique_ptr<transfer::PostgresSource>> open_source(const MigrateOptions& options) {
  if (!options.from.starts_with("postgresql://") && !options.from.starts_with("postgres://"))
    return Status::invalid("--from", {"Adresse attendue : postgresql://utilisateur@hôte:port/base "
                                      "(le mot de passe dans MONITORA_SOURCE_PASSWORD).",
                                      "Expected postgresql://user@host:port/database (the password "
                                      "in MONITORA_SOURCE_PASSWORD)."});
  MONITORA_ASSIGN(const std::string password, source_password());
  return transfer::PostgresSource::open({options.from, password, options.schema});
}

Result<Target> open_target(const CommandLine& line, const MigrateOptions& options) {
  config::Values values = line.settings;
  if (!options.to.empty()) values["DATABASE_URL"] = options.to;
  MONITORA_ASSIGN(const std::string password, secret("TARGET_PASSWORD"));
  if (!password.empty())
    values[options.to.starts_with("sqlserver:") ? "MSSQL_PASSWORD" : "DATABASE_PASSWORD"] =
        password;
  Target target;
  MONITORA_ASSIGN(target.settings, config::load(values, config::process_environment()));
  const config::Settings& settings = target.settings;
  log::configure(settings.log_level, settings.log_format == "json");
  target.shown = config::without_password(settings.database_url);
  if (settings.uses_postgres() && config::without_password(options.from) == target.shown)
    return Status(Code::invalid_argument, "same_database",
                  {"La cible est la base source elle-même : donnez une autre base avec --to.",
                   "The target is the source itself: give another database with --to."});
  MONITORA_ASSIGN(target.pool, open_pool(settings));
  const Status ready = target.pool->with(
      sql::Connection::Mode::write,
      [](sql::Connection& connection) { return sql::apply(connection).status(); });
  MONITORA_TRY(for_operator(ready, settings));
  return target;
}

}  // namespace monitora::apps
