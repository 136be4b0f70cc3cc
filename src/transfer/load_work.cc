#include "transfer/load_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "base/deadline.h"
#include "base/log.h"
#include "sql/errors.h"

namespace monitora::transfer {
namespace {

using namespace std::chrono_literals;
using sql::Connection;

constexpr int kWriteTries = 11, kReadTries = 3;
constexpr auto kFirstPause = 20ms, kLongestPause = 2000ms;
constexpr std::size_t kChangesAtOnce = 1000;
constexpr std::int64_t kLargestRange = 3;  // times range_bytes, in memory

// A load may lose its last commits in a power cut, since each range goes with its mark: it waits
// for the disk once for many. And rows arrive in another order than the indexes', which wants
// memory.
constexpr std::string_view kSqliteLoads =
    "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16000;";
constexpr std::string_view kSqliteServes =  // as sql/sqlite has it
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 2000;";

bool may_pass(const Status& status) {
  return status.key() == "database_unavailable" || status.key() == "database_saturated" ||
         status.key() == "database_busy";
}

// A rule of the target refuses a row, and the row can be named.
bool refuses_a_row(const Status& status) {
  return status.key() == "unique_violation" || status.key() == "foreign_key_violation" ||
         status.key() == "check_violation" || status.key() == "value_too_large";
}

std::int64_t bytes_of(Row row) {
  std::size_t bytes = 0;
  for (const sql::Param& value : row) {
    if (const auto* text = std::get_if<std::string_view>(&value)) bytes += text->size();
    if (const auto* data = std::get_if<BytesView>(&value)) bytes += data->size();
  }
  return static_cast<std::int64_t>(bytes);
}

std::string place(const LoadRange& range) {
  return fmt::format("{}…{}", range.keys.from ? range.keys.from->to_string() : "",
                     range.keys.to ? range.keys.to->to_string() : "");
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
  std::erase_if(ranges, [](const LoadRange& range) { return range.loaded; });
  MONITORA_TRY(in_parallel(ranges.size(), [&](std::size_t i, std::size_t worker) {
    return load_range(table, ranges[i], worker, resumed);
  }));
  // Looked at again: a transaction of an attempt that was killed may have ended just now.
  MONITORA_ASSIGN(ranges, read_ranges(target_, run_, name));
  return catch_up(table, ranges, resumed);
}

Status LoadWork::load_range(const Ranges& table, const LoadRange& range, std::size_t worker,
                            bool resumed) {
  RowArena rows(*table.plan.target, storing());
  bool too_large = false;
  const Status status = read(
      worker, [&] { rows.clear(); },
      [&](Reader& reader) {
        return reader.read(table.plan, {range.keys, {}}, [&](Row row) -> Status {
          MONITORA_TRY(sql::check_deadline());
          too_large = static_cast<std::int64_t>(rows.bytes()) + bytes_of(row) >
                      options_.range_bytes * kLargestRange;
          if (too_large) return Status::cancelled();
          rows.add(row);
          return {};
        });
      });
  if (too_large) return stream(table, range, worker);
  MONITORA_TRY(status);
  return store(table, range, rows, resumed);
}

Status LoadWork::store(const Ranges& table, const LoadRange& range, const RowArena& rows,
                       bool resumed) {
  const auto number = static_cast<std::int64_t>(rows.rows());
  const auto put = [&](bool making_way) {
    return write([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const bool mine,
                      claim_range(connection, run_, table.plan.target->name, range.number, number));
      if (!mine) return {};
      if (making_way) MONITORA_TRY(table.target.make_way(connection, rows));
      return table.target.insert(connection, rows, 0, rows.rows());
    });
  };
  Status status = put(false);
  if (status.key() == "unique_violation" && resumed) status = put(true);
  if (refuses_a_row(status)) return name_row(table, rows, status);
  MONITORA_TRY(target_error(status, table.plan.target->name, place(range)));
  count(table, number);
  return {};
}

// A range that is too large for the memory: read inside the transaction, a part at a time.
Status LoadWork::stream(const Ranges& table, const LoadRange& range, std::size_t worker) {
  const std::string_view name = table.plan.target->name;
  const bool has_bytes = std::ranges::any_of(
      table.plan.target->columns, [](const Column& column) { return column.kind == Kind::bytes; });
  RowArena rows(*table.plan.target, storing());
  std::int64_t stored = 0;
  std::string large;  // the key of a row that went alone and was refused
  Status by_target, by_source;
  const auto flush = [&](Connection& connection) -> Status {
    by_target = table.target.insert(connection, rows, 0, rows.rows());
    MONITORA_TRY(by_target);
    stored += static_cast<std::int64_t>(rows.rows());
    rows.clear();
    return {};
  };
  const auto each = [&](Connection& connection, Row row) -> Status {
    MONITORA_TRY(sql::check_deadline());
    if (has_bytes && bytes_of(row) > options_.range_bytes) {
      by_target = table.target.insert_large(connection, row);
      if (by_target.ok())
        ++stored;
      else
        large = key_text(*table.plan.target, row);
      return by_target;
    }
    rows.add(row);
    const bool full = static_cast<std::int64_t>(rows.bytes()) >= options_.range_bytes;
    return full ? flush(connection) : Status();
  };
  const auto attempt = [&](Connection& connection, Reader& reader) -> Status {
    rows.clear();
    stored = 0;
    by_target = by_source = {};
    MONITORA_ASSIGN(const bool mine, claim_range(connection, run_, name, range.number, 0));
    if (!mine) return {};
    const Status status =
        reader.read(table.plan, {range.keys, {}}, [&](Row row) { return each(connection, row); });
    if (!status.ok() && by_target.ok()) by_source = status;
    MONITORA_TRY(status);
    MONITORA_TRY(flush(connection));
    return set_row_count(connection, run_, name, range.number, stored);
  };
  Status status;
  const Status seen = read(
      worker, [] {},
      [&](Reader& reader) {
        status = write([&](Connection& connection) { return attempt(connection, reader); });
        return by_source;
      });
  MONITORA_TRY(seen);
  if (refuses_a_row(status) && large.empty()) return name_row(table, rows, status);
  MONITORA_TRY(target_error(status, name, large.empty() ? place(range) : large));
  count(table, stored);
  return {};
}

// Tries the rows one by one, to tell which is refused.
Status LoadWork::name_row(const Ranges& table, const RowArena& rows, const Status& status) {
  const std::string_view name = table.plan.target->name;
  std::string key;
  Status again = status;
  (void)target_.with(Connection::Mode::write, [&](Connection& connection) -> Status {
    MONITORA_TRY(connection.begin(Connection::Mode::write));
    for (std::size_t i = 0; i < rows.rows() && key.empty(); ++i) {
      const Status inserted = table.target.insert(connection, rows, i, 1);
      if (inserted.ok()) continue;
      if (!refuses_a_row(inserted)) break;
      key = key_text(*table.plan.target, rows.row(i));
      again = inserted;
    }
    connection.rollback();
    return {};
  });
  return target_error(again, name, key);
}

// Rows that the source wrote since ranges were loaded from an earlier snapshot.
Status LoadWork::catch_up(const Ranges& table, const std::vector<LoadRange>& ranges,
                          bool& resumed) {
  if (run_.watermark.empty()) return {};  // rows of an export never change
  bool any = false;
  for (std::size_t i = 0; i < ranges.size();) {
    if (ranges[i].mark.attempt == run_.attempt) {
      ++i;
      continue;
    }
    // Neighbours are read together, all since the oldest of them.
    KeyRange keys = ranges[i].keys;
    Mark since = ranges[i].mark;
    for (++i; i < ranges.size() && ranges[i].mark.attempt != run_.attempt; ++i) {
      keys.to = ranges[i].keys.to;
      if (ranges[i].mark.attempt < since.attempt) since = ranges[i].mark;
    }
    any = resumed = true;
    MONITORA_TRY(bring(table, keys, since.watermark));
  }
  if (!any) return {};
  return target_error(write([&](Connection& connection) {
                        return mark_current(connection, run_, table.plan.target->name);
                      }),
                      table.plan.target->name, "");
}

Status LoadWork::bring(const Ranges& table, const KeyRange& keys, const std::string& since) {
  RowArena rows(*table.plan.target, storing());
  const auto flush = [&]() -> Status {
    if (rows.rows() == 0) return {};
    const auto put = [&](bool making_way) {
      return write([&](Connection& connection) {
        return table.target.upsert(connection, rows, making_way);
      });
    };
    Status status = put(false);
    if (status.key() == "unique_violation") status = put(true);
    const std::string where = rows.rows() == 1 ? key_text(*table.plan.target, rows.row(0)) : "";
    MONITORA_TRY(target_error(status, table.plan.target->name, where));
    table.result.updated += static_cast<std::int64_t>(rows.rows());
    rows.clear();
    return {};
  };
  // From the beginning again after a cut: rows that are written twice are the same.
  MONITORA_TRY(read(
      0,
      [&] {
        rows.clear();
        table.result.updated = 0;
      },
      [&](Reader& reader) {
        return reader.read(table.plan, {keys, since}, [&](Row row) -> Status {
          MONITORA_TRY(sql::check_deadline());
          rows.add(row);
          const bool full = rows.rows() == kChangesAtOnce ||
                            static_cast<std::int64_t>(rows.bytes()) >= options_.range_bytes;
          return full ? flush() : Status();
        });
      }));
  return flush();
}

}  // namespace monitora::transfer
