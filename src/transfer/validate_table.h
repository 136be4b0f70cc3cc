// Compares one table of the target with what the source says it should be.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "sql/connection.h"
#include "transfer/compare_sets.h"
#include "transfer/report.h"
#include "transfer/validate_source.h"

namespace monitora::transfer {

// What all tables of one validation share. `source` and `target` are read at the same time, by two
// threads.
struct Comparison {
  ValidateSource& source;
  sql::Connection& target;
  std::int64_t sample = 0;  // rows a table; 0: all
  Validation& found;
  std::function<void(std::int64_t rows)> progress;  // rows compared of this table, now and then
  Buckets source_buckets, target_buckets;
  std::int64_t negative_zeros = 0;  // that SQLite stores as 0

  // Named while there is room (kMostNamed), always counted.
  void add(Difference difference);
};

inline constexpr std::size_t kMostNamed = 10'000;

// Adds the table to `found.tables` and its differences to `found.differences`.
Status compare_table(Comparison& comparison, const ExpectedTable& table);

// The same for figures that queries of both sides make, whole: differences are of kind `figure`.
Result<ComparedTable> compare_figures(Comparison& comparison, const ExpectedTable& table);

}  // namespace monitora::transfer
