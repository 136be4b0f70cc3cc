// Loads a source into a database, exactly once whatever interrupts it.
//
// Each range of a table is read whole, then stored in one transaction with its row of
// transfer_ranges: a range is there or it is not. A run that starts again loads what is missing,
// then brings what was loaded from an earlier snapshot up to the present one: rows written since
// are stored again, rows that are gone are deleted. A `sync` is the same with nothing missing.
//
// While a run is `loading` (transfer_runs), the target's triggers do nothing and `monitora serve`
// refuses to start.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sql/pool.h"
#include "transfer/source.h"

namespace monitora::transfer {

struct LoadProgress {
  std::string_view table;
  std::int64_t rows = 0;      // of this table so far, those of earlier attempts included
  std::int64_t total = 0;     // of this table
  std::int64_t all_rows = 0;  // of all tables
  std::int64_t all_total = 0;
};

struct LoadOptions {
  int workers = 2;                                    // source and target connections at work
  std::int64_t range_bytes = 8 * 1024 * 1024;         // read into memory at once, a worker
  std::function<void(const LoadProgress&)> progress;  // one thread at a time
  // The target stores vectors as they are; false: they are left out, to be made anew.
  bool keep_vectors = true;
  std::string embedding_model;  // of kept vectors whose row names none
  // Of the plan's tables, since a load that left the target as the source was then. Null: every
  // table is compared. Outlives the load.
  const std::vector<TableChanges>* changes = nullptr;
};

struct LoadedTable {
  std::string name;
  std::int64_t loaded = 0;   // by this attempt
  std::int64_t earlier = 0;  // by attempts before
  std::int64_t updated = 0;  // rows written at the source since an earlier snapshot
  std::int64_t deleted = 0;
};

struct LoadResult {
  std::vector<LoadedTable> tables;
  bool resumed = false;
  // Rows of a plan's tables that were not the same any more. Of a table whose values come from
  // other rows too (no aliases) every row is stored again: that is no change.
  std::int64_t changes(const Plan& plan) const;
};

// The target has its schema, and its pool a place for each worker and one more. A connection that
// is cut on either side is replaced, a few times. Errors: conflict `target_not_empty` (rows that no
// run of this source has put there: table and count in the sentence), `other_source` (an unfinished
// run of another source), `transfer_running` (another program is at it); those of the source and of
// the target, with the table and what to do in the sentence.
Result<LoadResult> load(Source& source, sql::Pool& target, const LoadOptions& options);

// Whether every table has as many rows on either side, and each in its place: what a load that was
// told the changes has not looked at. The plan's rows are counted (PostgresSource::count).
Result<bool> same_counts(sql::Pool& target, const Plan& plan);

// Whether the target holds a run that is not finished.
Result<bool> is_loading(sql::Pool& target);
// conflict `transfer_unfinished` while it does: half of the rows is nothing to serve.
Status refuse_while_loading(sql::Pool& target);

}  // namespace monitora::transfer
