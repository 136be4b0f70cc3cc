// Whether the target has the schema's tables, columns, keys and constraints, and keeps them.
#pragma once

#include "transfer/validate_table.h"

namespace monitora::transfer {

// Tables, columns with their types, primary keys, unique and foreign keys, and that SQL Server
// trusts the constraints. Differences of kind `structure`.
Status check_structure(Comparison& comparison);

// No row points at one that is not there. Differences of kind `constraint`.
Status check_foreign_keys(Comparison& comparison);

}  // namespace monitora::transfer
