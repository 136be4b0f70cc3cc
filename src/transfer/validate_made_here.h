// What the target has made itself, at the end of a migration, where the source has nothing.
//
// A document without chunks (never finished, or of a generation that kept none) is indexed, a chunk
// without a vector gets one. The source has nothing that these could be compared with.
#pragma once

#include <vector>

#include "transfer/validate_table.h"

namespace monitora::transfer {

// Finds them, marks them in `expected` and adds notes.
Status leave_out_made_here(Comparison& comparison, std::vector<ExpectedTable>& expected);

}  // namespace monitora::transfer
