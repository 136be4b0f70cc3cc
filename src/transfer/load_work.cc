#include "transfer/load_work.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/deadline.h"
#include "base/log.h"
#include "sql/errors.h"
#include "transfer/load_indexes.h"

namespace monitora::transfer {
namespace {

using namespace std::chrono_literals;
using sql::Connection;

constexpr int kWriteTries = 11, kReadTries = 3;
constexpr auto kFirstPause = 20ms, kLongestPause = 2000ms;

// A load may lose its last commits in a power cut, since each range goes with its mark: it waits
// for the disk once for many. And where indexes stay, rows arrive in another order than theirs,
// which wants memory.
constexpr std::string_view kSqliteLoads =
    "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 16000; "
    "PRAGMA temp_store = MEMORY;";
// An index is sorted in files, in parts of cache_size.
constexpr std::string_view kSqliteSorts =
    "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 16000; "
    "PRAGMA temp_store = FILE;";
constexpr std::string_view kSqliteServes =  // as sql/sqlite has it
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 2000; "
    "PRAGMA temp_store = MEMORY;";

bool may_pass(const Status& status) {
  return status.key() == "database_unavailable" || status.key() == "database_saturated" ||
         status.key() == "database_busy";
}

}  // namespace

LoadWork::LoadWork(Source& source, sql::Pool& target, const LoadOptions& options,
                   const LoadRun& run, const LoadLock& lock)
    : source_(source),
      target_(target),
      options_(options),
      run_(run),
      lock_(lock),
      progress_(source.plan(), options.progress),
      readers_(static_cast<std::size_t>(std::max(1, options.workers))) {}

LoadWork::~LoadWork() {
  if (target_.database() == sql::Database::sqlite) (void)set_sqlite(kSqliteServes);
}

// Of its one writing connection.
Status LoadWork::set_sqlite(std::string_view settings) {
  return target_.with(Connection::Mode::write,
                      [&](Connection& connection) { return connection.run_script(settings); });
}

Status LoadWork::finish() {
  return target_error(
      repeat([&](Connection& connection) { return finish_run(connection, run_); }, kSqliteServes),
      "transfer_runs", "");
}

Storing LoadWork::storing() const {
  return {target_.database(), options_.keep_vectors, options_.embedding_model};
}

void LoadWork::count(const Ranges& table, std::int64_t rows) {
  const std::lock_guard lock(counting_);
  table.result.loaded += rows;
  progress_.add(table.plan, rows);
}

Status LoadWork::write(const std::function<Status(Connection&)>& work) {
  return repeat(work, kSqliteLoads);
}

Status LoadWork::repeat(const std::function<Status(Connection&)>& work,
                        std::string_view sqlite_settings) {
  auto pause = std::chrono::milliseconds(kFirstPause);
  for (int i = 1;; ++i) {
    if (!lock_.held())
      return sql::database_unavailable("the connection that held the transfer's lock is lost");
    Status status;
    {
      std::unique_lock<std::mutex> alone(one_writer_, std::defer_lock);
      if (target_.database() == sql::Database::sqlite) {
        alone.lock();
        MONITORA_TRY(set_sqlite(sqlite_settings));
      }
      status = target_.transact(work);
    }
    if (status.ok() || !may_pass(status) || i == kWriteTries) return status;
    log::warning("the target does not answer, trying again: {}", status.to_string());
    MONITORA_TRY(sql::check_deadline());
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
  }
}

Status LoadWork::in_parallel(std::size_t count,
                             const std::function<Status(std::size_t, std::size_t)>& each) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  Status first;
  const Deadline deadline = Deadline::current();
  const auto work = [&](std::size_t worker) {
    const ScopedDeadline same(deadline);
    for (std::size_t i = next++; i < count; i = next++) {
      Status status = sql::check_deadline();
      if (status.ok()) status = each(i, worker);
      if (status.ok()) continue;
      const std::lock_guard lock(mutex);
      if (first.ok()) first = status;
      next = count;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::min(readers_.size(), count); ++i)
      threads.emplace_back(work, i);
    work(0);
  }
  return first;
}

Status LoadWork::read(std::size_t worker, const std::function<void()>& again,
                      const std::function<Status(Reader&)>& how) {
  std::unique_ptr<Reader>& reader = readers_[worker];
  for (int i = 1;; ++i) {
    again();
    Status status;
    if (!reader) {
      Result<std::unique_ptr<Reader>> made = source_.reader();
      status = made.status();
      if (status.ok()) reader = std::move(*made);
    }
    if (status.ok()) status = how(*reader);
    if (status.key() != "source_unavailable") return status;
    reader.reset();
    if (i == kReadTries) return status;
    log::warning("the source does not answer, trying again: {}", status.to_string());
  }
}

// Once: an attempt that goes on has the same ranges.
Status LoadWork::cut(const TablePlan& plan) {
  MONITORA_ASSIGN(std::vector<KeyRange> ranges, source_.ranges(plan, options_.range_bytes));
  if (ranges.empty()) ranges.emplace_back();
  const Status stored = write([&](Connection& connection) {
    return store_ranges(connection, run_, plan.target->name, ranges);
  });
  // There already: the commit before, which nobody answered.
  return stored.key() == "unique_violation" ? Status()
                                            : target_error(stored, plan.target->name, "");
}

Status LoadWork::complete_indexes(std::string_view table) {
  bool lacks = false;
  MONITORA_TRY(target_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
    MONITORA_ASSIGN(lacks, lacks_indexes(connection, table));
    return {};
  }));
  if (!lacks) return {};
  return target_error(
      repeat([&](Connection& connection) { return make_indexes(connection, table); }, kSqliteSorts),
      table, "");
}

Status LoadWork::load_table(const TablePlan& plan, LoadedTable& result, bool& resumed) {
  const std::string_view name = plan.target->name;
  const TargetTable target(*plan.target, target_.database());
  const Ranges table{plan, target, result};
  MONITORA_ASSIGN(std::vector<LoadRange> ranges, read_ranges(target_, run_, name));
  if (ranges.empty()) {
    MONITORA_TRY(cut(plan));
    MONITORA_ASSIGN(ranges, read_ranges(target_, run_, name));
  }
  for (const LoadRange& range : ranges)
    if (range.loaded) result.earlier += range.keys.rows;
  progress_.add(plan, result.earlier);
  const bool sqlite = target_.database() == sql::Database::sqlite;
  if (sqlite && std::ranges::none_of(ranges, &LoadRange::loaded))
    MONITORA_TRY(target_error(
        write([&](Connection& connection) { return drop_indexes(connection, name); }), name, ""));
  std::erase_if(ranges, [](const LoadRange& range) { return range.loaded; });
  MONITORA_TRY(in_parallel(ranges.size(), [&](std::size_t i, std::size_t worker) {
    return load_range(table, ranges[i], worker, resumed);
  }));
  if (sqlite) MONITORA_TRY(complete_indexes(name));
  // Looked at again: a transaction of an attempt that was killed may have ended just now.
  MONITORA_ASSIGN(ranges, read_ranges(target_, run_, name));
  return catch_up(table, ranges, resumed);
}

}  // namespace monitora::transfer
