#include "apps/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"

namespace monitora::apps {

Result<config::Settings> load_settings(const config::Values& command_line) {
  MONITORA_ASSIGN(config::Settings settings,
                  config::load(command_line, config::process_environment()));
  log::configure(settings.log_level, settings.log_format == "json");
  MONITORA_TRY(config::prepare_secrets(settings));
  return settings;
}

Result<std::filesystem::path> sqlite_file(const config::Settings& settings) {
  if (!settings.uses_sqlite())
    return Status(Code::invalid_argument, "not_sqlite",
                  {"Cette version ne fonctionne que sur SQLite : retirez DATABASE_URL et "
                   "MSSQL_HOST, ou donnez "
                   "DATABASE_URL=sqlite:CHEMIN.",
                   "This version runs on SQLite only: remove DATABASE_URL and MSSQL_HOST, or give "
                   "DATABASE_URL=sqlite:PATH."});
  return std::filesystem::path(settings.database_url.substr(std::string_view("sqlite:").size()));
}

Result<std::unique_ptr<sql::Pool>> open_pool(const config::Settings& settings) {
  MONITORA_ASSIGN(const std::filesystem::path file, sqlite_file(settings));
  return sql::make_sqlite_pool(file);
}

Result<Database> open_database(const config::Settings& settings, const Clock& clock) {
  Database database;
  MONITORA_ASSIGN(database.pool, open_pool(settings));
  MONITORA_TRY(
      database.pool->with(sql::Connection::Mode::write, [](sql::Connection& connection) -> Status {
        MONITORA_ASSIGN(const int ran, sql::apply(connection));
        if (ran > 0) log::info("the schema is up to date ({} migrations ran)", ran);
        return {};
      }));
  sql::Pool& pool = *database.pool;
  database.users = storage::make_user_store(pool, clock);
  database.sessions = storage::make_session_store(pool, clock);
  database.workspaces = storage::make_workspace_store(pool, clock);
  database.members = storage::make_member_store(pool, clock);
  database.api_keys = storage::make_api_key_store(pool, clock);
  database.documents = storage::make_document_store(pool, clock);
  database.chunks = storage::make_chunk_source(pool);
  database.conversations = storage::make_conversation_store(pool, clock);
  database.insights = storage::make_insights_store(pool, clock);
  database.cache = storage::make_cache_store(pool, clock);
  database.jobs = storage::make_job_store(pool, clock);
  database.changes = storage::make_change_log(pool);
  database.shared_counts = storage::make_shared_counts(pool);
  database.audit = storage::make_audit_log(pool, clock);
  return database;
}

Result<DataDirectoryLock> DataDirectoryLock::take(const std::filesystem::path& directory) {
  const std::string file = (directory / "lock").string();
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return Status(
        Code::unavailable, "data_directory_read_only",
        {fmt::format(
             "Le dossier de données {} n'est pas accessible en écriture : changez ses droits, ou "
             "donnez un autre DATA_DIR.",
             directory.string()),
         fmt::format("The data directory {} is not writable: change its permissions, or give "
                     "another DATA_DIR.",
                     directory.string())});
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return Status(
        Code::conflict, "data_directory_in_use",
        {fmt::format(
             "Un autre serveur MONITORA utilise déjà {} : arrêtez-le, ou donnez un autre DATA_DIR.",
             directory.string()),
         fmt::format(
             "Another MONITORA server is using {} already: stop it, or give another DATA_DIR.",
             directory.string())});
  }
  return DataDirectoryLock(fd);
}

DataDirectoryLock::DataDirectoryLock(DataDirectoryLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

DataDirectoryLock::~DataDirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace monitora::apps
