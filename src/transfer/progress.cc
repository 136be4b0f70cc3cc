#include "transfer/progress.h"

namespace monitora::transfer {

Progress::Progress(const Plan& plan, const std::function<void(const LoadProgress&)>& told)
    : told_(told) {
  for (const TablePlan& table : plan.tables) all_total_ += table.rows;
}

void Progress::add(const TablePlan& table, std::int64_t rows) {
  const std::lock_guard lock(mutex_);
  const std::int64_t of_table = rows_[table.target] += rows;
  all_rows_ += rows;
  if (told_) told_({table.target->name, of_table, table.rows, all_rows_, all_total_});
}

}  // namespace monitora::transfer
