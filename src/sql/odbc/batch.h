// Rows on their way into one table, several with each INSERT.
//
// One statement a batch (VALUES (?, ?), (?, ?) …), and what all its rows have in common is sent
// once: a server's work grows with the parameters. No parameter arrays: those are one statement a
// row, and when the server ends the transaction at one of them, the rows behind it are stored
// outside of it. No OPENJSON either: Babelfish's leaves the escapes in the texts. No bulk copy:
// what checks the rows there is up to the server (Babelfish looks at no foreign key).
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

  // The INSERT of rows [first, first + count): its parameters are the rows' own values, row by row,
  // then the common ones.
  struct Statement {
    std::string text;
    std::vector<Param> values;
    std::string kinds;  // a column with one long value has long ones only: few texts to prepare
  };
  // `common`: of each column, whether it is the same in all rows of the batch; see common().
  Statement statement(std::size_t first, std::size_t count, const std::vector<bool>& common,
                      DriverKind driver) const;
  // Never all of the columns.
  std::vector<bool> common() const;

 private:
  std::string kinds(std::size_t first, std::size_t count, DriverKind driver) const;

  std::string table_;               // in brackets
  std::vector<std::string> names_;  // in brackets
  std::vector<ParamKind> null_kinds_;
  std::vector<Param> values_;
  std::deque<std::string> texts_;  // what values_ borrow
  std::size_t bytes_ = 0;
};

}  // namespace monitora::sql::odbc
