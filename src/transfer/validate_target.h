// The validator's reading of the target, through the driver interface.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sql/connection.h"
#include "transfer/compare_row.h"
#include "transfer/expectation.h"

namespace monitora::transfer {

// Rows of a target's table in canonical bytes. Used by one thread.
class TargetRows {
 public:
  TargetRows(const ExpectedTable& table, sql::Connection& connection);

  // Views are valid until the next row.
  using Each = std::function<Status(const CanonicalRow&)>;
  Status all(const Each& each);
  Status keys(const Each& each);  // key columns only
  // The rows of these canonical keys (and perhaps of others that the database takes for the same).
  Status of(std::span<const std::string> canonical_keys, const Each& each);

 private:
  Status some_of(std::span<const std::string> canonical_keys, const Each& each);
  const CanonicalRow& row(const sql::Row& row, std::size_t columns);
  void add(std::size_t column, const sql::Row& row);

  const ExpectedTable& table_;
  sql::Connection& connection_;
  sql::Database database_;
  std::string select_, select_keys_;
  CanonicalRow row_;
};

}  // namespace monitora::transfer
