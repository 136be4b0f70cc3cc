// Counting rows for whoever watches.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string_view>

#include "transfer/load.h"
#include "transfer/plan.h"

namespace monitora::transfer {

// Thread-safe; `told` is called by one thread at a time.
class Progress {
 public:
  Progress(const Plan& plan, const std::function<void(const LoadProgress&)>& told);
  // `rows` more of the table, by this attempt or, told at its beginning, by those before.
  void add(const TablePlan& table, std::int64_t rows);

 private:
  std::mutex mutex_;
  std::function<void(const LoadProgress&)> told_;
  std::map<const Table*, std::int64_t> rows_;
  std::int64_t all_rows_ = 0;
  std::int64_t all_total_ = 0;
};

}  // namespace monitora::transfer
