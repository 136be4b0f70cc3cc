// What a person is told when a row or a table cannot be loaded.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace monitora::transfer {

// An error of the target's while `table` was written; `where` is a range or a row's key, or "".
// What it says: where it happened, the constraint and what to do. Code and key stay those of the
// database.
Status target_error(const Status& status, std::string_view table, std::string_view where);
// The source's own errors name what they are about.
Status rows_missing(std::string_view table, std::int64_t wanted, std::int64_t there);

}  // namespace monitora::transfer
