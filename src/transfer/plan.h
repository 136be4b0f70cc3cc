// What a migration does with a source: which relation fills which table, by which expression, what
// is changed on the way, and what is left behind. Made from the source's catalogue alone
// (make_plan); everything here is plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "transfer/tables.h"

namespace monitora::transfer {

struct Catalog;  // transfer/catalog.h

// One column of the target and where its value comes from.
struct ColumnPlan {
  const Column* target = nullptr;
  std::string
      expression;      // SQL over TablePlan::from, of a type that the column's Kind is read from
  std::string source;  // for a person: "documents.file_type", or "" for a default
  std::string conversion;  // for a person: "indexing → processing"; "" when the value is unchanged
};

struct TablePlan {
  const Table* target = nullptr;
  std::string from;  // what follows FROM: one relation or a join, each row of the target once
  std::vector<ColumnPlan> columns;  // in the order of target->columns; all of them
  // Each relation of `from` whose row versions tell that a row changed, by alias: "u", "p". None
  // where a value depends on other rows too: then every row counts as changed.
  std::vector<std::string> aliases;
  bool key_is_unique = false;  // the source itself sees to it
  std::string source;          // for a person: "auth.users, public.profiles"
  std::int64_t rows = 0;       // in the snapshot
  std::int64_t bytes = 0;      // as the source stores them, about
};

// A table or column of the source that has no place in the target: listed, and refused by --strict.
struct LeftBehind {
  std::string table;
  std::string column;  // "" for the whole table
  std::int64_t rows = 0;
  Sentence why;
  std::string condition;  // SQL over the table: which of its rows hold something; "" for all
  bool known = false;  // of a kind that every source has (plan columns, working state): no surprise
};

struct Plan {
  // "supabase" or "monitora", then what was recognised: "started_at", "widget_config", …
  std::vector<std::string> generation;
  std::vector<TablePlan> tables;  // in the order of tables(); those with a source only
  std::vector<LeftBehind> left_behind;
  std::vector<Sentence> notes;  // what a person should know before the switch
};

// The whole mapping (docs/migration-mapping.md), applied to what the source has. Rows of joins and
// of what is left behind are those of their tables until the source counts them; notes that need
// counts are the source's to add. Errors: invalid_argument `not_a_source`; unavailable
// `source_refused` for a table that may not be read whole.
Result<Plan> make_plan(const Catalog& catalog);

// Some rows that a rule of the target refuses.
struct Refusal {
  std::string table;   // of the target
  std::string rule;    // "required", "length", "infinite_time", "CHK_messages_role", …
  std::string column;  // may be ""
  std::int64_t rows = 0;
  std::vector<std::string> examples;  // keys, some of them
  Sentence why;                       // with what to do about it
};

}  // namespace monitora::transfer
