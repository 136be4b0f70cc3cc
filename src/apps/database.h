// The configured database with its stores.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/status.h"
#include "config/settings.h"
#include "storage/stores.h"

namespace monitora::apps {

// Settings of the command line and the environment, read, checked, with logging configured.
Result<config::Settings> load_settings(const config::Values& command_line);

struct Database {
  std::unique_ptr<sql::Pool> pool;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<SessionStore> sessions;
  std::unique_ptr<WorkspaceStore> workspaces;
  std::unique_ptr<MemberStore> members;
  std::unique_ptr<ApiKeyStore> api_keys;
  std::unique_ptr<DocumentStore> documents;
  std::unique_ptr<ChunkSource> chunks;
  std::unique_ptr<ConversationStore> conversations;
  std::unique_ptr<InsightsStore> insights;
  std::unique_ptr<CacheStore> cache;
  std::unique_ptr<JobStore> jobs;
  std::unique_ptr<ChangeLog> changes;
  std::unique_ptr<SharedCounts> shared_counts;
  std::unique_ptr<AuditLog> audit;
};

// Connects without looking at the schema. The clock outlives it.
Result<std::unique_ptr<sql::Pool>> open_pool(const config::Settings& settings);
// Connects and brings the schema up to date.
Result<Database> open_database(const config::Settings& settings, const Clock& clock);

// The file of a SQLite database. invalid_argument for another database.
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
