// What transfer_runs and transfer_ranges say: how far the load of a source has come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "sql/pool.h"
#include "transfer/source.h"

namespace monitora::transfer {

struct LoadRun {
  Uuid id;
  bool resumed = false;      // something was loaded by an attempt before, finished or not
  std::int64_t attempt = 1;  // counted from 1
  std::string watermark;     // of the present snapshot
};

// What transfer_ranges.watermark holds: "3:74565", the attempt's number and its snapshot's
// watermark. Two snapshots of a source may have the same watermark, and yet differ.
struct Mark {
  std::int64_t attempt = 0;
  std::string watermark;
};

struct LoadRange {
  std::int64_t number = 0;
  KeyRange keys;  // rows: those stored
  bool loaded = false;
  Mark mark;
};

// The run of this source, begun or gone on with: its status is loading. Errors: conflict
// `target_not_empty`, `other_source`.
Result<LoadRun> open_run(sql::Pool& pool, const std::string& source, const std::string& watermark);

// In order of number; empty when the table has not been cut yet.
Result<std::vector<LoadRange>> read_ranges(sql::Pool& pool, const LoadRun& run,
                                           std::string_view table);
Status store_ranges(sql::Connection& connection, const LoadRun& run, std::string_view table,
                    std::span<const KeyRange> ranges);

// Marks a range as loaded, in the transaction that stores its rows and before them: false when it
// is already, which then is the answer to a commit whose outcome was unknown.
Result<bool> claim_range(sql::Connection& connection, const LoadRun& run, std::string_view table,
                         std::int64_t number, std::int64_t rows);
Status set_row_count(sql::Connection& connection, const LoadRun& run, std::string_view table,
                     std::int64_t number, std::int64_t rows);
// Every range of the table is as the present snapshot has it.
Status mark_current(sql::Connection& connection, const LoadRun& run, std::string_view table);
Status finish_run(sql::Connection& connection, const LoadRun& run);

}  // namespace monitora::transfer
