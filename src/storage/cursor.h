// Lists by keyset: a page continues after the last row that the one before it showed, whatever was
// added or deleted meanwhile, and costs the same however far it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "domain/page.h"
#include "sql/connection.h"

namespace monitora::storage {

// Where a list that is ordered by (time, id) stands: rows without a time come last (time_list.h).
struct Position {
  std::optional<Time> time;
  Uuid id;
};

// Where a list that is ordered by (name, id) stands.
struct NamePosition {
  std::string name;
  Uuid id;
};

// Cursors are opaque to clients: base64url of the position. An empty one is the start; anything
// else that we did not write is Status::invalid("cursor", …).
std::string write_cursor(const Position& position);
std::string write_cursor(std::int64_t index);
std::string write_cursor(const NamePosition& position);
Result<std::optional<Position>> read_cursor(const std::string& cursor);
Result<std::optional<std::int64_t>> read_index_cursor(const std::string& cursor);
Result<std::optional<NamePosition>> read_name_cursor(const std::string& cursor);

int page_size(const PageRequest& page);  // its limit, brought into 1–200

// Appends the dialect's page clause for the first `limit` rows and its two parameters.
void append_limit(const sql::Dialect& dialect, int limit, std::string& statement,
                  std::vector<sql::Param>& params);

// Rows come one more than `size` when there is a next page; `cursor_of` makes the cursor of a row.
template <class T, class CursorOf>
Page<T> finish_page(std::vector<T> rows, int size, const CursorOf& cursor_of) {
  Page<T> page;
  const bool more = rows.size() > static_cast<std::size_t>(size);
  if (more) rows.resize(static_cast<std::size_t>(size));
  if (more) page.next_cursor = cursor_of(rows.back());
  page.items = std::move(rows);
  return page;
}

}  // namespace monitora::storage
