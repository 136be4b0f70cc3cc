// Lists that are ordered by a time and then by id, in pages.
//
// The time may be missing: another program's rows, or rows written by hand. The databases disagree
// about where those come, and no comparison finds them again, so they are asked for apart: they
// come last, by id, whichever way the list goes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/cursor.h"
#include "storage/query.h"

namespace monitora::storage {

struct TimeList {
  std::string statement;  // SELECT … WHERE …; what follows is added
  std::vector<sql::Param> params;
  std::string_view time;  // what it is ordered by
  std::string_view id;
  bool latest_first = false;
  // Where the list's own conditions are dear: a quicker SELECT that has a row if any may be without
  // a time. Its `?` is the first of `params`.
  std::string_view undated_at_all;
};

using EachRow = std::function<Status(const sql::Row&)>;

// The first `limit` rows with a time, after a position with a time.
Status query_dated(sql::Connection& connection, const TimeList& list,
                   const std::optional<Position>& after, int limit, const EachRow& each);
// The first `limit` rows without, after a position without.
Status query_undated(sql::Connection& connection, const TimeList& list,
                     const std::optional<Position>& after, int limit, const EachRow& each);

// One page. `read` makes a row of the sql::Row, whose first column is its id; `time_of` gives its
// time, if it has one.
template <class Read, class TimeOf>
Result<Page<RowOf<Read>>> read_page(sql::Connection& connection, const TimeList& list,
                                    const std::optional<Position>& after, int size,
                                    const Read& read, const TimeOf& time_of) {
  const auto wanted = static_cast<std::size_t>(size) + 1;
  std::vector<RowOf<Read>> rows;
  Position last;
  const auto take = [&](const sql::Row& row) {
    rows.push_back(read(row));
    if (rows.size() < wanted) last = {time_of(row), row.uuid(0)};
    return Status();
  };
  if (!after || after->time)
    MONITORA_TRY(query_dated(connection, list, after, static_cast<int>(wanted), take));
  if (rows.size() < wanted)
    MONITORA_TRY(query_undated(connection, list, after && !after->time ? after : std::nullopt,
                               static_cast<int>(wanted - rows.size()), take));
  return finish_page(std::move(rows), size, [&](const auto&) { return write_cursor(last); });
}

// The same on a connection of the pool's.
template <class Read, class TimeOf>
Result<Page<RowOf<Read>>> read_page(sql::Pool& pool, const TimeList& list,
                                    const std::optional<Position>& after, int size,
                                    const Read& read, const TimeOf& time_of) {
  Page<RowOf<Read>> found;
  MONITORA_TRY(pool.with(sql::Connection::Mode::read, [&](sql::Connection& connection) -> Status {
    MONITORA_ASSIGN(found, read_page(connection, list, after, size, read, time_of));
    return {};
  }));
  return found;
}

// A column's time, if it has one.
inline std::optional<Time> time_or_nothing(const sql::Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

}  // namespace monitora::storage
