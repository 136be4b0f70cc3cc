// What a migration or a validation has to say, for a terminal, as JSON and as a page to file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "transfer/load.h"
#include "transfer/plan.h"

namespace monitora::transfer {

// One thing in which the two sides differ.
struct Difference {
  std::string table;
  std::string kind;  // missing_row, extra_row, duplicate_row, value, structure, constraint, figure
  std::string key;
  std::string column;          // of a value
  std::string source, target;  // shown so that a difference can be seen: escaped, cut
};

struct ColumnFigures {
  std::string name;
  std::int64_t nulls = 0;
  std::string minimum, maximum, sum;  // as text; of lengths for text and bytes
};

struct ComparedTable {
  std::string name;
  std::int64_t source_rows = 0, target_rows = 0;
  std::int64_t compared = 0;  // fewer than the rows with --sample
  std::string source_hash, target_hash;
  std::vector<ColumnFigures> source_figures, target_figures;
  std::int64_t differences = 0;
};

// Something beside the tables' rows: structure, foreign keys, a figure of the application.
struct Check {
  Sentence what;
  std::string source, target;  // figures as text; may be empty
  std::int64_t differences = 0;
};

struct Validation {
  bool sampled = false;
  std::vector<ComparedTable> tables;
  std::vector<Check> checks;
  std::vector<Difference> differences;  // the first 10,000; all are counted
  std::int64_t difference_count = 0;
  bool at_least = false;        // the count: so many differ that the rest was counted coarsely
  std::vector<Sentence> notes;  // what was not compared, and why
};

struct Report {
  std::string command;         // inspect, export, import, run, sync, validate
  std::string source, target;  // addresses without secrets
  Time started, ended;
  std::optional<Plan> plan;
  std::vector<Refusal> refusals;
  std::optional<LoadResult> load;
  std::vector<Sentence> steps;  // files fetched, vectors kept or made anew, jobs queued …
  std::optional<Validation> validation;
  std::optional<Sentence> error;  // what ended it before its end
};

// Whether a validation was made and found something: exit code 3.
bool differs(const Report& report);

// One object. Keys never change their meaning, new ones may come; what was not done is absent.
// Sentences are {"fr","en"}, times RFC 3339 in UTC with microseconds.
//   command, source, target, started, ended, result ("done", "differences" or
//   "failed"), error
//   plan:       generation[], tables[{table, source, rows, bytes, columns[{column, source,
//               conversion}]}], left_behind[{table, column, rows, known, why}], notes[]
//   refusals[]: table, rule, column, rows, examples[], why
//   load:       resumed, tables[{table, loaded, earlier, updated, deleted}]
//   steps[]
//   validation: sampled, difference_count, at_least, notes[],
//               tables[{table, source_rows, target_rows, compared, source_hash, target_hash,
//                 differences, columns[{column, source{nulls, minimum, maximum, sum},
//                 target{…}}]}],
//               checks[{what, source, target, differences}],
//               differences[{table, kind, key, column, source, target}]
std::string to_json(const Report& report);
// One page that needs nothing else; `language` "fr" or "en".
std::string to_html(const Report& report, std::string_view language);
// For a terminal; at most 20 differences and refusals.
std::string to_text(const Report& report, std::string_view language);
// report.html and report.json, each whole or not at all.
Status write_report(const Report& report, const std::filesystem::path& directory,
                    std::string_view language);

}  // namespace monitora::transfer
