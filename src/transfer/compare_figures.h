// Nulls, minimum, maximum and sum of a table's columns, from canonical rows. In memory of a fixed
// size, and the same in whatever order the rows come.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "transfer/compare_row.h"
#include "transfer/report.h"

namespace monitora::transfer {

class Figures {
 public:
  explicit Figures(const Table& table);
  void add(const CanonicalRow& row);
  // minimum, maximum: numbers, times and ids as such; of lengths in bytes for text, json, dates,
  // bytes and vectors. sum: of numbers and lengths; how many are true; nothing for ids and times.
  std::vector<ColumnFigures> figures() const;

 private:
  struct Sum {
    std::int64_t nulls = 0;
    std::int64_t counted = 0;
    __int128 sum = 0;  // of reals in units of 2^-40, so that no order changes it
    std::int64_t low = 0, high = 0;
    double real_low = 0, real_high = 0;
    std::uint64_t first[2] = {0, 0}, last[2] = {0, 0};  // ids as big-endian numbers
  };
  const Table& table_;
  std::vector<Sum> sums_;
};

}  // namespace monitora::transfer
