// One row by its key, written whether it is there or not, in the SQL that every database has.
#pragma once

#include <span>
#include <string_view>

#include "base/status.h"
#include "sql/pool.h"

namespace monitora::storage {

struct Field {
  std::string_view column;
  sql::Param value;
};

// Updates `fields` of the row that `key` finds; inserts `key`, `fields` and `only_new` when there
// is none. In a transaction of transact_upsert().
Status upsert(sql::Connection& connection, std::string_view table, std::span<const Field> key,
              std::span<const Field> fields, std::span<const Field> only_new);

// pool.transact(), and once more when it meets a unique violation: of two that insert the first row
// at once one is late, and finds it there the second time.
Status transact_upsert(sql::Pool& pool, const std::function<Status(sql::Connection&)>& work);

}  // namespace monitora::storage
