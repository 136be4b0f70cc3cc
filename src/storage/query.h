// Reading what a store asks for most: one row, or all of them.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/status.h"
#include "sql/pool.h"

namespace monitora::storage {

template <class Read>
using RowOf = std::remove_cvref_t<std::invoke_result_t<Read, const sql::Row&>>;

// The last row of the result (there is one at most), as `read` makes it of the sql::Row.
template <class Read>
Result<std::optional<RowOf<Read>>> query_one(sql::Connection& connection,
                                             std::string_view statement, sql::Params params,
                                             const Read& read) {
  std::optional<RowOf<Read>> found;
  MONITORA_TRY(connection.query(statement, params, [&](const sql::Row& row) {
    found = read(row);
    return Status();
  }));
  return found;
}
template <class Read>
Result<std::optional<RowOf<Read>>> query_one(sql::Connection& connection,
                                             std::string_view statement,
                                             std::initializer_list<sql::Param> params,
                                             const Read& read) {
  return query_one(connection, statement, sql::Params(params.begin(), params.size()), read);
}

// On a connection of the pool's, as one statement of its own.
template <class Read>
Result<std::optional<RowOf<Read>>> query_one(sql::Pool& pool, std::string_view statement,
                                             std::initializer_list<sql::Param> params,
                                             const Read& read) {
  std::optional<RowOf<Read>> found;
  MONITORA_TRY(pool.with(sql::Connection::Mode::read, [&](sql::Connection& connection) -> Status {
    MONITORA_ASSIGN(found, query_one(connection, statement, params, read));
    return {};
  }));
  return found;
}

// The row, or this error.
template <class T>
Result<T> required(Result<std::optional<T>> found, const Status& absent) {
  MONITORA_TRY(found.status());
  if (!*found) return absent;
  return std::move(**found);
}

// Whether the query has a row.
inline Result<bool> exists(sql::Connection& connection, std::string_view statement,
                           std::initializer_list<sql::Param> params) {
  MONITORA_ASSIGN(const auto found,
                  query_one(connection, statement, params, [](const sql::Row&) { return true; }));
  return found.has_value();
}

// Every row, in the order of the statement.
template <class Read>
Result<std::vector<RowOf<Read>>> query_all(sql::Connection& connection, std::string_view statement,
                                           sql::Params params, const Read& read) {
  std::vector<RowOf<Read>> found;
  MONITORA_TRY(connection.query(statement, params, [&](const sql::Row& row) {
    found.push_back(read(row));
    return Status();
  }));
  return found;
}

}  // namespace monitora::storage
