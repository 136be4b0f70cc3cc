// Rows on their way into one table, several with each INSERT.
//
// One statement a batch (VALUES (?, ?), (?, ?) …), and no parameter arrays: those are one statement
// a row, and when the server ends the transaction at one of them, the rows behind it are stored
// outside of it. No OPENJSON either: Babelfish's leaves the escapes in the texts.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/connection.h"
#include "sql/odbc/parameters.h"

namespace monitora::sql::odbc {

class RowBatch {
 public:
  // `null_kinds`: what a column's NULL is sent as.
  RowBatch(std::string_view table, std::span<const std::string_view> names,
           std::vector<ParamKind> null_kinds);

  void add(std::span<const Param> row);  // copied
  void clear();
  std::size_t columns() const { return null_kinds_.size(); }
  std::size_t rows() const { return values_.size() / columns(); }
  std::size_t bytes() const { return bytes_; }

  std::string text(std::size_t count) const;  // of an INSERT of so many rows
  // Of rows [first, first + count).
  Params values(std::size_t first, std::size_t count) const;
  // A column with one long value has long ones only, so that few statements are prepared.
  std::string kinds(std::size_t first, std::size_t count, DriverKind driver) const;

 private:
  std::string table_;  // in brackets
  std::string names_;  // in brackets
  std::vector<ParamKind> null_kinds_;
  std::vector<Param> values_;
  std::deque<std::string> texts_;  // what values_ borrow
  std::size_t bytes_ = 0;
};

}  // namespace monitora::sql::odbc
