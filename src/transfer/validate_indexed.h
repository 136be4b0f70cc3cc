// Documents that the target has indexed itself.
//
// A document without chunks at the source (never finished, or of a generation that kept none) is
// indexed at the end of a migration. What that wrote (its status, counts and times, its chunks) has
// nothing at the source to be compared with.
#pragma once

#include <vector>

#include "transfer/validate_table.h"

namespace monitora::transfer {

// Finds them (into `documents`, which outlives `expected`), marks the tables that they concern and
// adds a note.
Status leave_out_indexed_here(Comparison& comparison, DocumentSet& documents,
                              std::vector<ExpectedTable>& expected);

}  // namespace monitora::transfer
