#include <fmt/format.h>

#include <filesystem>

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

// A file's directory is made for it; only its owner may look into it, for it holds password hashes.
Status make_directory_of(const std::filesystem::path& file) {
  const std::filesystem::path directory = file.parent_path();
  std::error_code error;
  if (directory.empty() || std::filesystem::exists(directory, error)) return {};
  if (std::filesystem::create_directories(directory, error) && !error)
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return Status(
      Code::unavailable, "directory_read_only",
      {fmt::format("Le dossier {} ne peut pas être créé : vérifiez les droits, ou donnez un "
                   "autre --to.",
                   directory.string()),
       fmt::format("The directory {} cannot be made: check the permissions, or give "
                   "another --to.",
                   directory.string())},
      error.message());
}

}  // namespace

Result<std::string> source_password() {
  return secret("SOURCE_PASSWORD");
}

Result<transfer::PostgresSourceOptions> source_options(const MigrateOptions& options) {
  if (!transfer::is_postgres_address(options.from))
    return Status::invalid("--from", {"Adresse attendue : postgresql://utilisateur@hôte:port/base "
                                      "(le mot de passe dans MONITORA_SOURCE_PASSWORD, les autres "
                                      "caractères spéciaux écrits %XX).",
                                      "Expected postgresql://user@host:port/database (the password "
                                      "in MONITORA_SOURCE_PASSWORD, other special characters "
                                      "written %XX)."});
  MONITORA_ASSIGN(const std::string password, source_password());
  return transfer::PostgresSourceOptions{options.from, password, options.schema};
}

Result<std::unique_ptr<transfer::PostgresSource>> open_source(const MigrateOptions& options,
                                                              bool counts) {
  MONITORA_ASSIGN(transfer::PostgresSourceOptions source, source_options(options));
  source.counts = counts;
  return transfer::PostgresSource::open(source);
}

Result<config::Settings> target_settings(const CommandLine& line, const MigrateOptions& options) {
  config::Values values = line.settings;
  if (options.to.starts_with("postgres") && !transfer::is_postgres_address(options.to))
    return Status::invalid("--to", {"Adresse attendue : postgresql://utilisateur@hôte:port/base "
                                    "(le mot de passe dans MONITORA_TARGET_PASSWORD).",
                                    "Expected postgresql://user@host:port/database (the password "
                                    "in MONITORA_TARGET_PASSWORD)."});
  if (!options.to.empty()) values["DATABASE_URL"] = options.to;
  MONITORA_ASSIGN(config::Settings settings, config::load(values, config::process_environment()));
  MONITORA_ASSIGN(std::string password, secret("TARGET_PASSWORD"));
  // Whoever said what the target is: --to, the environment or monitora.toml.
  if (!password.empty())
    (settings.uses_sql_server() ? settings.mssql_password : settings.database_password) =
        std::move(password);
  return settings;
}

Result<Target> open_target(const CommandLine& line, const MigrateOptions& options) {
  Target target;
  MONITORA_ASSIGN(target.settings, target_settings(line, options));
  const config::Settings& settings = target.settings;
  log::configure(settings.log_level, settings.log_format == "json");
  target.shown = config::without_password(settings.database_url);
  if (settings.uses_postgres() && config::without_password(options.from) == target.shown)
    return Status(Code::invalid_argument, "same_database",
                  {"La cible est la base source elle-même : donnez une autre base avec --to.",
                   "The target is the source itself: give another database with --to."});
  if (settings.uses_sqlite()) {
    MONITORA_ASSIGN(const std::filesystem::path file, sqlite_file(settings));
    MONITORA_TRY(make_directory_of(file));
  }
  MONITORA_ASSIGN(target.pool, open_pool(settings));
  const Status ready = target.pool->with(
      sql::Connection::Mode::write,
      [](sql::Connection& connection) { return sql::apply(connection).status(); });
  MONITORA_TRY(for_operator(ready, settings));
  return target;
}

}  // namespace monitora::apps
