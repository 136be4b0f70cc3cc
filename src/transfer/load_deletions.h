// Rows that are gone from the source since they were loaded.
#pragma once

#include "transfer/load_work.h"

namespace monitora::transfer {

// Compares the keys of both sides, some millions at a time, and deletes what the source no longer
// has. Every row of the source is in the target by now, so that nothing is compared where the
// counts are the same. `audit_log` keeps everything: the target refuses deletions there. conflict
// `rows_missing` where the target kept fewer rows than the source has.
Status remove_gone(LoadWork& work, const TablePlan& plan, LoadedTable& result);
// Deletes the rows with these keys, of a table whose key is one UUID.
Status remove_keys(LoadWork& work, const TablePlan& plan, std::span<const Uuid> keys,
                   LoadedTable& result);

}  // namespace monitora::transfer
