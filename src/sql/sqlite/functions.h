// SQL functions of ours in SQLite.
#pragma once

#include <sqlite3.h>

namespace monitora::sql {

// monitora_fold(text): the text without case and accents (fold_accents of base/text.h); NULL of
// NULL. Answers SQLite's code.
int add_functions(sqlite3* db);

}  // namespace monitora::sql
