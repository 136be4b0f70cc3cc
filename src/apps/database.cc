#include "apps/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "config/sql_server_address.h"
#include "sql/migrations.h"
#include "sql/odbc/sqlserver.h"
#include "sql/postgres/pgvector.h"
#include "sql/postgres/postgres.h"
#include "sql/sqlite/sqlite.h"

namespace monitora::apps {

namespace {

constexpr std::chrono::seconds kTryAgain{1};
constexpr std::chrono::seconds kSayAgain{5};
constexpr std::chrono::seconds kLockPatience{3};
constexpr std::chrono::milliseconds kLockTryAgain{20};

sql::PostgresOptions postgres_options(const config::Settings& settings) {
  sql::PostgresOptions options;
  options.uri = settings.database_url;
  options.password = settings.database_password;
  options.read_uri = settings.database_read_url;
  options.connections = settings.database_pool_size;
  options.read_connections = settings.database_pool_size;
  return options;
}

Result<sql::SqlServerOptions> sqlserver_options(const config::Settings& settings) {
  MONITORA_ASSIGN(const config::SqlServerAddress address, config::sql_server_address(settings));
  sql::SqlServerOptions options = sql::sqlserver_options(address);
  options.writers = settings.database_pool_size;
  options.readers = address.read_only_intent ? settings.database_pool_size : 0;
  return options;
}

// Not there (yet), rather than there and refusing us.
bool may_come(const Status& status) {
  return status.key() == "database_unavailable" || status.key() == "database_saturated" ||
         status.code() == Code::deadline_exceeded;
}

Status prepare_schema(sql::Pool& pool, bool uses_pgvector) {
  return pool.with(sql::Connection::Mode::write, [&](sql::Connection& connection) -> Status {
    MONITORA_ASSIGN(const int ran, sql::apply(connection));
    if (ran > 0) log::info("the schema is up to date ({} migrations ran)", ran);
    return uses_pgvector ? sql::prepare_pgvector(connection) : Status();
  });
}

// Waits for the server; the last error when it does not come in time.
Status wait_for_schema(sql::Pool& pool, bool uses_pgvector, std::chrono::seconds patience,
                       const std::stop_token& stop) {
  using Steady = std::chrono::steady_clock;
  const Steady::time_point end = Steady::now() + patience;
  Steady::time_point said{};
  std::mutex mutex;
  std::condition_variable_any condition;
  while (true) {
    const Status status = prepare_schema(pool, uses_pgvector);
    const Steady::time_point now = Steady::now();
    if (status.ok() || !may_come(status) || now + kTryAgain > end || stop.stop_requested())
      return status;
    if (now - said >= kSayAgain) {
      said = now;
      log::warning("the database does not answer, waiting {} s more: {}",
                   std::chrono::duration_cast<std::chrono::seconds>(end - now).count(),
                   status.to_string());
    }
    std::unique_lock lock(mutex);
    condition.wait_for(lock, stop, kTryAgain, [] { return false; });
  }
}

}  // namespace

Status for_operator(const Status& status, const config::Settings& settings) {
  if (status.key() != "database_unavailable" || settings.uses_sqlite()) return status;
  std::string where;
  for (const auto& [name, value] : config::describe(settings))
    if (name == "DATABASE_URL") where = value;
  return Status(Code::unavailable, "database_unavailable",
                {fmt::format("La base de données {} ne répond pas : vérifiez son adresse, que le "
                             "serveur est démarré et qu'un pare-feu ne le cache pas.",
                             where),
                 fmt::format("The database {} does not answer: check its address, that the server "
                             "runs, and that no firewall hides it.",
                             where)},
                status.detail());
}

Result<config::Settings> load_plain_settings(const config::Values& command_line) {
  MONITORA_ASSIGN(config::Settings settings,
                  config::load(command_line, config::process_environment()));
  log::configure(settings.log_level, settings.log_format == "json");
  // The secrets of SQLite are made with its directory; a server's database needs none here.
  if (settings.uses_sqlite()) MONITORA_TRY(config::prepare_secrets(settings));
  return settings;
}

Result<config::Settings> load_settings(const config::Values& command_line) {
  MONITORA_ASSIGN(config::Settings settings, load_plain_settings(command_line));
  MONITORA_TRY(config::prepare_secrets(settings));
  return settings;
}

Result<std::filesystem::path> sqlite_file(const config::Settings& settings) {
  if (settings.uses_postgres())
    return Status(Code::invalid_argument, "not_sqlite",
                  {"Cette commande est celle de SQLite. Pour PostgreSQL : pg_dump --format=custom "
                   "pour sauvegarder, pg_restore pour restaurer ; tout est dans la base.",
                   "This command is SQLite's. For PostgreSQL: pg_dump --format=custom backs up, "
                   "pg_restore restores; everything is in the database."});
  if (settings.uses_sql_server())
    return Status(
        Code::invalid_argument, "not_sqlite",
        {"Cette commande est celle de SQLite. Pour SQL Server : BACKUP DATABASE et RESTORE "
         "DATABASE (voir docs/sqlserver.md) ; tout est dans la base.",
         "This command is SQLite's. For SQL Server: BACKUP DATABASE and RESTORE DATABASE (see "
         "docs/sqlserver.md); everything is in the database."});
  return std::filesystem::path(settings.database_url.substr(std::string_view("sqlite:").size()));
}

Result<std::unique_ptr<sql::Pool>> open_pool(const config::Settings& settings) {
  if (settings.uses_postgres()) return sql::make_postgres_pool(postgres_options(settings));
  if (settings.uses_sql_server()) {
    MONITORA_ASSIGN(const sql::SqlServerOptions options, sqlserver_options(settings));
    return sql::make_sqlserver_pool(options);
  }
  MONITORA_ASSIGN(const std::filesystem::path file, sqlite_file(settings));
  return sql::make_sqlite_pool(file);
}

Result<Database> open_database(const config::Settings& settings, const Clock& clock,
                               std::chrono::seconds patience, const std::stop_token& stop) {
  Database database;
  MONITORA_ASSIGN(database.pool, open_pool(settings));
  MONITORA_TRY(for_operator(
      wait_for_schema(*database.pool, settings.storage_mode == "pgvector", patience, stop),
      settings));
  sql::Pool& pool = *database.pool;
  database.users = storage::make_user_store(pool, clock);
  database.sessions = storage::make_session_store(pool, clock);
  database.workspaces = storage::make_workspace_store(pool, clock);
  database.members = storage::make_member_store(pool, clock);
  database.api_keys = storage::make_api_key_store(pool, clock);
  database.documents = storage::make_document_store(pool, clock);
  database.chunks = storage::make_chunk_source(pool);
  database.webhook_outbox = std::make_unique<storage::WebhookOutbox>();
  MONITORA_TRY(database.webhook_outbox->refresh(pool));
  database.webhooks = storage::make_webhook_store(pool, clock, *database.webhook_outbox);
  database.conversations =
      storage::make_conversation_store(pool, clock, database.webhook_outbox.get());
  database.insights = storage::make_insights_store(pool, clock);
  database.topics = storage::make_topic_store(pool, clock);
  database.cache = storage::make_cache_store(pool, clock);
  database.curated = storage::make_curated_store(pool, clock);
  database.external = storage::make_external_database_store(pool, clock);
  database.prepared = storage::make_prepared_question_store(pool, clock);
  database.widget_sites = storage::make_widget_site_store(pool, clock);
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
  // A server killed while it starts an extraction child: that has the lock too, until its exec.
  const auto until = std::chrono::steady_clock::now() + kLockPatience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(kLockTryAgain);
      continue;
    }
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
