// The statements that write one table of the target. Inside a transaction of the caller's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/connection.h"
#include "transfer/load_rows.h"
#include "transfer/tables.h"

namespace monitora::transfer {

// Thread-safe.
class TargetTable {
 public:
  TargetTable(const Table& table, sql::Database database);

  // New rows [first, first + count), in bulk.
  Status insert(sql::Connection& connection, const RowArena& rows, std::size_t first,
                std::size_t count) const;
  // One new row, whose bytes, if it has any, are not copied again on the way.
  Status insert_large(sql::Connection& connection, Row row) const;

  // Rows that may be there already: those are made what they are now, the others inserted.
  // `making_way`: after make_way().
  Status upsert(sql::Connection& connection, const RowArena& rows, bool making_way) const;
  // A row of the target that has the place of one of these (an e-mail, a key, a chunk's number),
  // since the source has given it to another, makes way: it is gone from the source, or it is among
  // the rows that changed there and comes again. One that others belong to stays, under a name that
  // count_moved() knows.
  Status make_way(sql::Connection& connection, const RowArena& rows) const;

  // Rows of these keys; those that are not there do not matter.
  Status remove(sql::Connection& connection, std::span<const sql::Param> keys) const;

  // The primary key of every row, in no order; `range` may be ignored.
  Status each_key(sql::Connection& connection, const KeyRange& range,
                  const std::function<Status(const sql::Row&)>& each) const;
  Result<std::int64_t> count(sql::Connection& connection) const;
  // Rows that made way and did not come again.
  Result<std::int64_t> count_moved(sql::Connection& connection) const;

  bool only_grows() const { return identity_; }  // audit_log: its triggers refuse everything else
  const Table& table() const { return table_; }

 private:
  Status make_way(sql::Connection& connection, Row row) const;
  Status update(sql::Connection& connection, Row row) const;
  Status insert_one(sql::Connection& connection, Row row) const;
  Result<std::vector<bool>> which_are_there(sql::Connection& connection,
                                            const RowArena& rows) const;
  Status with_identity(sql::Connection& connection, const std::function<Status()>& work) const;

  const Table& table_;
  const sql::Database database_;
  const bool identity_;
  std::vector<std::string_view> columns_;
  std::string update_, insert_, find_, remove_;
};

}  // namespace monitora::transfer
