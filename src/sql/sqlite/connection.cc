#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "base/deadline.h"
#include "base/text.h"
#include "sql/errors.h"
#include "sql/quoted.h"
#include "sql/sqlite/functions.h"
#include "sql/sqlite/sqlite.h"
#include "sql/sqlite/statement.h"

namespace monitora::sql {
namespace {

constexpr std::size_t kBlobPart = 256 * 1024;
constexpr int kStepsBetweenLooks = 2000;  // of SQLite's machine, between two looks at the deadline
constexpr std::chrono::milliseconds kMaxBusyWait{5000};  // for another process's transaction

class SqliteDialect final : public Dialect {
 public:
  Database database() const override { return Database::sqlite; }
  std::string_view page_clause() const override { return " LIMIT ? OFFSET ?"; }
  bool limit_first() const override { return true; }
};

// INSERT INTO "table" ("a","b") VALUES (?,?)
std::string insert_text(std::string_view table, std::span<const std::string_view> columns) {
  std::string names, places;
  for (const std::string_view column : columns) {
    names += (names.empty() ? "" : ",") + quoted(column);
    places += places.empty() ? "?" : ",?";
  }
  return "INSERT INTO " + quoted(table) + " (" + names + ") VALUES (" + places + ")";
}

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(sqlite3* db, Mode mode)
      : db_(db), mode_(mode), statements_(std::make_unique<StatementCache>(db)) {
    sqlite3_progress_handler(db_, kStepsBetweenLooks, &SqliteConnection::on_progress, this);
    sqlite3_busy_handler(db_, &SqliteConnection::on_busy, this);
  }
  ~SqliteConnection() override {
    uninterrupted_ = true;
    if (mode_ == Mode::write && !broken_)
      sqlite3_exec(db_, "PRAGMA optimize", nullptr, nullptr, nullptr);
    statements_.reset();
    sqlite3_close_v2(db_);
  }

  const Dialect& dialect() const override {
    static const SqliteDialect dialect;
    return dialect;
  }

  Result<std::int64_t> execute(std::string_view statement, Params params) override;
  Status query(std::string_view statement, Params params,
               const std::function<Status(const Row&)>& each) override;
  Status run_script(std::string_view script) override;
  Status begin(Mode mode) override;
  Status commit() override;
  void rollback() override;
  bool in_transaction() const override { return sqlite3_get_autocommit(db_) == 0; }
  bool is_broken() const override { return broken_; }
  Result<std::int64_t> insert_many(
      std::string_view table, std::span<const std::string_view> columns,
      const std::function<Result<bool>(std::span<Param> row)>& next) override;
  Status insert_blob(std::string_view table, std::span<const std::string_view> columns,
                     Params values, std::string_view blob_column, std::int64_t size,
                     const BlobPart& part) override;
  Status read_blob(std::string_view table, std::string_view blob_column,
                   std::string_view key_column, Param key,
                   const std::function<Status(BytesView)>& part) override;

 private:
  static int on_progress(void* self) {
    const auto* connection = static_cast<SqliteConnection*>(self);
    return !connection->uninterrupted_ && Deadline::current().expired() ? 1 : 0;
  }
  // SQLite calls this again and again while another connection holds the lock; 0 gives up.
  static int on_busy(void* self, int calls) {
    auto* connection = static_cast<SqliteConnection*>(self);
    const auto now = Deadline::SteadyClock::now();
    if (calls == 0) connection->busy_since_ = now;
    const auto until = std::min(Deadline::current().at(), connection->busy_since_ + kMaxBusyWait);
    if (now >= until || Deadline::current().expired()) return 0;
    std::this_thread::sleep_until(
        std::min(until, now + std::chrono::milliseconds(std::min(1 + calls, 10))));
    return 1;
  }

  // The error of `code`; an error after which the connection is of no use marks it so.
  Status failed(int code) {
    const int primary = code & 0xFF;
    if (primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
        primary == SQLITE_CANTOPEN)
      broken_ = true;
    return sqlite_status(db_, code);
  }
  Status run(const char* text) {
    const int code = sqlite3_exec(db_, text, nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? Status() : failed(code);
  }

  sqlite3* db_;
  Mode mode_;
  std::unique_ptr<StatementCache> statements_;
  bool broken_ = false;
  bool uninterrupted_ = false;  // while rolling back or committing: half-way is not an option
  Deadline::SteadyClock::time_point busy_since_;
};

Result<std::int64_t> SqliteConnection::execute(std::string_view statement, Params params) {
  MONITORA_TRY(check_deadline());
  MONITORA_ASSIGN(const StatementCache::Handle handle, statements_->prepare(statement));
  MONITORA_TRY(bind_all(db_, handle.get(), params));
  int code;
  while ((code = sqlite3_step(handle.get())) == SQLITE_ROW) {
  }
  if (code != SQLITE_DONE) return failed(code);
  return std::int64_t{sqlite3_changes64(db_)};
}

Status SqliteConnection::query(std::string_view statement, Params params,
                               const std::function<Status(const Row&)>& each) {
  MONITORA_TRY(check_deadline());
  MONITORA_ASSIGN(const StatementCache::Handle handle, statements_->prepare(statement));
  MONITORA_TRY(bind_all(db_, handle.get(), params));
  const SqliteRow row(handle.get());
  int code;
  while ((code = sqlite3_step(handle.get())) == SQLITE_ROW) MONITORA_TRY(each(row));
  return code == SQLITE_DONE ? Status() : failed(code);
}

Status SqliteConnection::run_script(std::string_view script) {
  MONITORA_TRY(check_deadline());
  return run(std::string(script).c_str());
}

Status SqliteConnection::begin(Mode mode) {
  MONITORA_TRY(check_deadline());
  return run(mode == Mode::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Status SqliteConnection::commit() {
  MONITORA_TRY(check_deadline());
  uninterrupted_ = true;
  Status status = run("COMMIT");
  uninterrupted_ = false;
  return status;
}

void SqliteConnection::rollback() {
  if (!in_transaction()) return;
  uninterrupted_ = true;
  if (!run("ROLLBACK").ok()) broken_ = true;
  uninterrupted_ = false;
}

Result<std::int64_t> SqliteConnection::insert_many(
    std::string_view table, std::span<const std::string_view> columns,
    const std::function<Result<bool>(std::span<Param> row)>& next) {
  MONITORA_TRY(check_deadline());
  MONITORA_ASSIGN(const StatementCache::Handle handle,
                  statements_->prepare(insert_text(table, columns)));
  std::vector<Param> row(columns.size(), Param(nullptr));
  for (std::int64_t count = 0;; ++count) {
    MONITORA_ASSIGN(const bool more, next(row));
    if (!more) return count;
    MONITORA_TRY(bind_all(db_, handle.get(), row));
    const int code = sqlite3_step(handle.get());
    if (code != SQLITE_DONE) return failed(code);
    sqlite3_reset(handle.get());
  }
}

// Closes an incremental blob.
struct Blob {
  sqlite3_blob* handle = nullptr;
  ~Blob() { sqlite3_blob_close(handle); }
};

Status SqliteConnection::insert_blob(std::string_view table,
                                     std::span<const std::string_view> columns, Params values,
                                     std::string_view blob_column, std::int64_t size,
                                     const BlobPart& part) {
  MONITORA_TRY(check_deadline());
  if (size > sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, -1))
    return value_too_large("blob of " + std::to_string(size) + " bytes");
  std::vector<std::string_view> all(columns.begin(), columns.end());
  all.push_back(blob_column);
  std::string text = insert_text(table, all);
  text.replace(text.size() - 2, 1, "zeroblob(?)");  // space for it, filled below
  std::vector<Param> params(values.begin(), values.end());
  params.emplace_back(size);
  MONITORA_TRY(execute(text, Params(params)).status());

  Blob blob;
  int code =
      sqlite3_blob_open(db_, "main", std::string(table).c_str(), std::string(blob_column).c_str(),
                        sqlite3_last_insert_rowid(db_), 1, &blob.handle);
  if (code != SQLITE_OK) return failed(code);
  std::vector<std::uint8_t> buffer(
      std::min<std::size_t>(kBlobPart, static_cast<std::size_t>(size) + 1));
  std::int64_t at = 0;
  for (;;) {
    MONITORA_TRY(check_deadline());
    MONITORA_ASSIGN(const std::size_t count, part(buffer));
    if (count == 0) break;
    if (at + static_cast<std::int64_t>(count) > size)
      return Status::internal("a blob longer than announced");
    code = sqlite3_blob_write(blob.handle, buffer.data(), static_cast<int>(count),
                              static_cast<int>(at));
    if (code != SQLITE_OK) return failed(code);
    at += static_cast<std::int64_t>(count);
  }
  if (at != size) return Status::internal("a blob shorter than announced");
  return {};
}

Status SqliteConnection::read_blob(std::string_view table, std::string_view blob_column,
                                   std::string_view key_column, Param key,
                                   const std::function<Status(BytesView)>& part) {
  const std::string text =
      "SELECT rowid FROM " + quoted(table) + " WHERE " + quoted(key_column) + " = ?";
  std::optional<std::int64_t> rowid;
  MONITORA_TRY(query(text, Params(&key, 1), [&](const Row& row) {
    rowid = row.integer(0);
    return Status();
  }));
  if (!rowid) return Status::not_found("row_not_found");

  Blob blob;
  int code = sqlite3_blob_open(db_, "main", std::string(table).c_str(),
                               std::string(blob_column).c_str(), *rowid, 0, &blob.handle);
  // Outside a transaction the row can go between the two steps.
  if (code == SQLITE_ERROR && !in_transaction()) return Status::not_found("row_not_found");
  if (code != SQLITE_OK) return failed(code);
  const int size = sqlite3_blob_bytes(blob.handle);
  std::vector<std::uint8_t> buffer(
      std::min<std::size_t>(kBlobPart, static_cast<std::size_t>(size)));
  for (int at = 0; at < size;) {
    MONITORA_TRY(check_deadline());
    const int count = std::min(static_cast<int>(buffer.size()), size - at);
    code = sqlite3_blob_read(blob.handle, buffer.data(), count, at);
    if (code != SQLITE_OK) return failed(code);
    MONITORA_TRY(part(BytesView(buffer.data(), static_cast<std::size_t>(count))));
    at += count;
  }
  return {};
}

// monitora_fold(text): fold_accents, for searching without regard to case and accents. NULL is
// NULL.
void fold_function(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
  if (data == nullptr) return;
  const std::string folded =
      fold_accents({data, static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]))});
  sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// What every connection of ours wants of SQLite. synchronous = FULL: the log is synced at each
// commit.
constexpr char kSettings[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 67108864;"
    "PRAGMA wal_autocheckpoint = 2000;"
    "PRAGMA cache_size = -8192;";

// The write-ahead log. Where others are opening a new file too, SQLite answers "busy" at once,
// without its busy handler: two that wait for each other's lock would wait for ever. So it is asked
// again.
int use_write_ahead_log(sqlite3* db) {
  sqlite3_busy_timeout(db, static_cast<int>(std::chrono::milliseconds(kMaxBusyWait).count()));
  const auto until =
      std::min(Deadline::current().at(), Deadline::SteadyClock::now() + kMaxBusyWait);
  for (;;) {
    const int code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if ((code & 0xFF) != SQLITE_BUSY || Deadline::SteadyClock::now() >= until) return code;
    sqlite3_sleep(1);
  }
}

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const std::filesystem::path& file,
                                                Connection::Mode mode) {
  // Nobody asks how much memory SQLite has taken, and counting it is a mutex at each allocation.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)uncounted;  // too late where somebody else has opened a database before: it counts, then
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(
      file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code == SQLITE_OK) code = use_write_ahead_log(db);
  if (code == SQLITE_OK) code = sqlite3_exec(db, kSettings, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) code = add_functions(db);
  if (code == SQLITE_OK && mode == Connection::Mode::read)
    code = sqlite3_exec(db, "PRAGMA query_only = ON", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_create_function_v2(db, "monitora_fold", 1,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                      nullptr, &fold_function, nullptr, nullptr, nullptr);
  Status status = code == SQLITE_OK
                      ? Status()
                      : sqlite_status(db, code).with_detail("opening " + file.string());
  // SQLite falls back to reading a file that it may not write.
  if (status.ok() && sqlite3_db_readonly(db, "main") == 1)
    status = database_read_only(file.string());
  if (!status.ok()) {
    sqlite3_close_v2(db);
    return status;
  }
  return std::unique_ptr<Connection>(std::make_unique<SqliteConnection>(db, mode));
}

std::unique_ptr<Pool> make_sqlite_pool(const std::filesystem::path& file, int readers) {
  Pool::Options options;
  options.database = Database::sqlite;
  options.share_commits = true;
  options.readers = readers;
  return std::make_unique<Pool>([file](Connection::Mode mode) { return open_sqlite(file, mode); },
                                options);
}

Status check_sqlite_integrity(Connection& connection) {
  std::string found;
  const auto collect = [&](const Row& row) {
    if (row.text(0) != "ok") found += std::string(row.text(0)) + "; ";
    return Status();
  };
  MONITORA_TRY(connection.query("PRAGMA integrity_check", {}, collect));
  MONITORA_TRY(connection.query("PRAGMA foreign_key_check", {}, collect));
  return found.empty() ? Status() : database_corrupted(found);
}

}  // namespace monitora::sql
