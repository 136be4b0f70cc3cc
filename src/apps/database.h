// The configured database with its stores.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "base/status.h"
#include "config/settings.h"
#include "storage/stores.h"
#include "storage/webhook_outbox.h"

namespace monitora::apps {

// Settings of the command line and the environment, read, checked, with logging configured and the
// server's secrets at hand; load_plain_settings() does without those.
Result<config::Settings> load_settings(const config::Values& command_line);
Result<config::Settings> load_plain_settings(const config::Values& command_line);

struct Database {
  std::unique_ptr<sql::Pool> pool;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<SessionStore> sessions;
  std::unique_ptr<WorkspaceStore> workspaces;
  std::unique_ptr<MemberStore> members;
  std::unique_ptr<ApiKeyStore> api_keys;
  std::unique_ptr<DocumentStore> documents;
  std::unique_ptr<ChunkSource> chunks;
  std::unique_ptr<storage::WebhookOutbox> webhook_outbox;
  std::unique_ptr<WebhookStore> webhooks;
  std::unique_ptr<ConversationStore> conversations;
  std::unique_ptr<InsightsStore> insights;
  std::unique_ptr<TopicStore> topics;
  std::unique_ptr<CacheStore> cache;
  std::unique_ptr<CuratedStore> curated;
  std::unique_ptr<ExternalDatabaseStore> external;
  std::unique_ptr<PreparedQuestionStore> prepared;
  std::unique_ptr<WidgetSiteStore> widget_sites;
  std::unique_ptr<JobStore> jobs;
  std::unique_ptr<ChangeLog> changes;
  std::unique_ptr<SharedCounts> shared_counts;
  std::unique_ptr<AuditLog> audit;
};

// What an operator is told of a database that does not answer: where it was looked for. Other
// errors as they are.
Status for_operator(const Status& status, const config::Settings& settings);

// Connects without looking at the schema. The clock outlives it.
Result<std::unique_ptr<sql::Pool>> open_pool(const config::Settings& settings);
// Connects and brings the schema up to date. A database server that does not answer is waited for,
// with a line of progress now and then, at most `patience` and until `stop`; one that refuses us
// is not.
Result<Database> open_database(const config::Settings& settings, const Clock& clock,
                               std::chrono::seconds patience = {},
                               const std::stop_token& stop = {});

// The file of a SQLite database. invalid_argument `not_sqlite` for another database, with what to
// use there instead of `backup` and `restore`.
Result<std::filesystem::path> sqlite_file(const config::Settings& settings);

// Holds the data directory for one server: a second one is refused (conflict
// `data_directory_in_use`).
class DataDirectoryLock {
 public:
  static Result<DataDirectoryLock> take(const std::filesystem::path& directory);
  DataDirectoryLock(DataDirectoryLock&& other) noexcept;
  DataDirectoryLock& operator=(DataDirectoryLock&&) = delete;
  ~DataDirectoryLock();

 private:
  explicit DataDirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace monitora::apps
