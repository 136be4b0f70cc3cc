// Loading one table with several workers, and bringing what was loaded before up to the present.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "transfer/load.h"
#include "transfer/load_errors.h"
#include "transfer/load_lock.h"
#include "transfer/load_rows.h"
#include "transfer/load_runs.h"
#include "transfer/load_table.h"
#include "transfer/progress.h"

namespace monitora::transfer {

// Lives as long as one load(). Used by the thread that made it, whose deadline holds for all.
class LoadWork {
 public:
  LoadWork(Source& source, sql::Pool& target, const LoadOptions& options, const LoadRun& run,
           const LoadLock& lock);
  ~LoadWork();
  LoadWork(const LoadWork&) = delete;
  LoadWork& operator=(const LoadWork&) = delete;

  // `resumed` becomes true when a range turns out to be of another attempt.
  Status load_table(const TablePlan& plan, LoadedTable& result, bool& resumed);

  // Stores the rows with these keys as the source has them now; answers the keys that it has no
  // more.
  Result<std::vector<Uuid>> bring_keys(const TablePlan& plan, std::span<const Uuid> keys,
                                       LoadedTable& result);

  // A transaction of the target, begun again with another connection when one breaks, a few times:
  // also after a commit that nobody answered, so that `work` must see what it has done already.
  Status write(const std::function<Status(sql::Connection&)>& work);
  // Runs `each` for 0 … count − 1, on as many threads as there are readers. The first error ends
  // it.
  Status in_parallel(std::size_t count,
                     const std::function<Status(std::size_t index, std::size_t worker)>& each);
  // Reads with the worker's reader, and once more from the beginning (`again`) with a new one when
  // the connection breaks.
  Status read(std::size_t worker, const std::function<void()>& again,
              const std::function<Status(Reader&)>& how);

  // The run is finished, and on the disk with everything before it.
  Status finish();

  Source& source() { return source_; }
  sql::Pool& target() { return target_; }
  const LoadRun& run() const { return run_; }
  std::size_t workers() const { return readers_.size(); }

 private:
  struct Ranges {
    const TablePlan& plan;
    const TargetTable& target;
    LoadedTable& result;
  };
  Status repeat(const std::function<Status(sql::Connection&)>& work,
                std::string_view sqlite_settings);
  Status set_sqlite(std::string_view settings);
  Status cut(const TablePlan& plan);
  Status complete_indexes(std::string_view table);
  Status load_range(const Ranges& table, const LoadRange& range, std::size_t worker, bool resumed);
  Status store(const Ranges& table, const LoadRange& range, const RowArena& rows, bool resumed);
  Status stream(const Ranges& table, const LoadRange& range, std::size_t worker);
  Status catch_up(const Ranges& table, const std::vector<LoadRange>& ranges, bool& resumed);
  Status bring(const Ranges& table, const Selection& selection, std::vector<Uuid>* found);
  Status name_row(const Ranges& table, const RowArena& rows, const Status& status);
  void count(const Ranges& table, std::int64_t rows);
  Storing storing() const;

  Source& source_;
  sql::Pool& target_;
  const LoadOptions& options_;
  const LoadRun& run_;
  const LoadLock& lock_;
  Progress progress_;
  std::vector<std::unique_ptr<Reader>> readers_;  // a worker each
  std::mutex one_writer_;                         // of SQLite
  std::mutex counting_;
};

}  // namespace monitora::transfer
