// T-SQL scripts: the batches between lines that say GO, as sqlcmd and SSMS have them.
#pragma once

#include <string_view>
#include <vector>

#include "base/status.h"

namespace monitora::sql::odbc {

// Views into `script`, in order; batches of nothing but white space and comments are left out. GO
// in either case, alone on its line but for white space and a -- comment, ends a batch, unless it
// stands in a string, a quoted name or a comment. `GO 3` is refused (internal): no script of ours
// repeats a batch.
Result<std::vector<std::string_view>> split_batches(std::string_view script);

}  // namespace monitora::sql::odbc
