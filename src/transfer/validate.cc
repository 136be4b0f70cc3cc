#include "transfer/validate.h"

#include <fmt/format.h>

#include <algorithm>

#include "transfer/validate_figures.h"
#include "transfer/validate_made_here.h"
#include "transfer/validate_structure.h"
#include "transfer/validate_table.h"

namespace monitora::transfer {
namespace {

// Tables that the source does not have: what the target has there has nothing to be compared with.
Status note_absent(Comparison& comparison, const std::vector<ExpectedTable>& expected) {
  for (const Table& table : tables()) {
    const bool compared = std::ranges::any_of(
        expected, [&](const ExpectedTable& of) { return of.target->name == table.name; });
    if (compared || table.name == "document_contents") continue;
    std::int64_t rows = 0;
    MONITORA_TRY(comparison.target.query("SELECT COUNT(*) FROM " + std::string(table.name), {},
                                         [&](const sql::Row& row) {
                                           rows = row.integer(0);
                                           return Status();
                                         }));
    if (rows == 0) continue;
    comparison.found.notes.push_back(
        {fmt::format("La source n'a pas de table {} : les {} lignes de la cible n'ont pas été "
                     "comparées.",
                     table.name, rows),
         fmt::format("The source has no table {}: the target's {} rows were not compared.",
                     table.name, rows)});
  }
  return {};
}

struct Counts {
  std::vector<std::int64_t> rows;
  std::int64_t all = 0;
};

Result<Counts> count_rows(ValidateSource& source, const std::vector<ExpectedTable>& expected) {
  Counts counts;
  for (const ExpectedTable& table : expected) {
    MONITORA_ASSIGN(const std::int64_t rows,
                    source.count("SELECT (count(*))::text FROM (" + table.select_keys() + ") k"));
    counts.rows.push_back(rows);
    counts.all += rows;
  }
  return counts;
}

Status compare_tables(Comparison& comparison, const std::vector<ExpectedTable>& expected,
                      const ValidateOptions& options) {
  Counts counts;
  if (options.progress) {
    MONITORA_ASSIGN(counts, count_rows(comparison.source, expected));
  }
  LoadProgress progress;
  progress.all_total = counts.all;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::int64_t before = progress.all_rows;
    if (options.progress) {
      progress.table = expected[i].target->name;
      progress.total = counts.rows[i];
      comparison.progress = [&](std::int64_t rows) {
        progress.rows = rows;
        progress.all_rows = before + rows;
        options.progress(progress);
      };
    }
    MONITORA_TRY(compare_table(comparison, expected[i]));
    if (options.progress) comparison.progress(counts.rows[i]);
  }
  comparison.progress = nullptr;
  return {};
}

Status compare(Comparison& comparison, const ValidateOptions& options) {
  ExpectationOptions wanted;
  wanted.target = comparison.target.dialect().database();
  wanted.keep_vectors = options.keep_vectors;
  wanted.embedding_model = options.embedding_model;
  std::vector<ExpectedTable> expected = expectations(comparison.source.tables(), wanted);
  MONITORA_TRY(leave_out_made_here(comparison, expected));
  MONITORA_TRY(check_structure(comparison));
  MONITORA_TRY(compare_tables(comparison, expected, options));
  MONITORA_TRY(check_foreign_keys(comparison));
  MONITORA_TRY(check_figures(comparison, expected));
  if (!options.keep_vectors) check_new_vectors(comparison);
  if (!comparison.source.tables().has("document_contents")) MONITORA_TRY(check_files(comparison));
  MONITORA_TRY(note_absent(comparison, expected));
  if (comparison.negative_zeros > 0)
    comparison.found.notes.push_back(
        {fmt::format("{} nombres valent −0 à la source ; SQLite les garde comme 0.",
                     comparison.negative_zeros),
         fmt::format("{} numbers are −0 at the source; SQLite keeps them as 0.",
                     comparison.negative_zeros)});
  return {};
}

}  // namespace

Result<Validation> validate(const PostgresSourceOptions& source, sql::Pool& target,
                            const ValidateOptions& options) {
  MONITORA_ASSIGN(const std::unique_ptr<ValidateSource> opened, ValidateSource::open(source));
  Validation found;
  MONITORA_TRY(target.read([&](sql::Connection& connection) {
    found = {};
    found.sampled = options.sample > 0;
    Comparison comparison{*opened, connection, options.sample, found, nullptr, {}, {}, 0};
    return compare(comparison, options);
  }));
  return found;
}

}  // namespace monitora::transfer
