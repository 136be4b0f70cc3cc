#include "app/curated_csv.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "domain/csv.h"
#include "domain/csv_reader.h"

namespace monitora {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

enum class Column { question, answer, variants, enabled, other };

Column column_of(std::string_view heading) {
  const std::string name = fold_accents(trim(heading));
  if (name == "question") return Column::question;
  if (name == "answer" || name == "reponse") return Column::answer;
  if (name == "variants" || name == "variantes" || name == "formulations") return Column::variants;
  if (name == "enabled" || name == "active" || name == "actif") return Column::enabled;
  return Column::other;
}

// The apostrophe that append_csv_cell() puts before what a spreadsheet would calculate.
std::string without_guard(const std::string& cell) {
  if (!cell.starts_with('\'')) return cell;
  std::string guarded;
  append_csv_cell(guarded, cell.substr(1));
  return guarded.starts_with("\"'") ? cell.substr(1) : cell;
}

std::vector<std::string> lines_of(const std::string& cell) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(cell, '\n'))
    if (!is_blank(line)) lines.push_back(collapse_spaces(line));
  return lines;
}

bool is_no(std::string_view cell) {
  const std::string word = fold_accents(trim(cell));
  return word == "false" || word == "no" || word == "non" || word == "faux" || word == "0";
}

Status no_table() {
  return Status::invalid(
      "file", {"Attendu : un fichier CSV en UTF-8 dont la première ligne nomme les colonnes "
               "question et réponse.",
               "Expected a CSV file in UTF-8 whose first line names the columns question and "
               "answer."});
}

}  // namespace

Result<std::vector<CuratedRow>> read_curated_csv(std::string_view csv) {
  if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
  if (!is_utf8(csv)) return no_table();
  CsvReader reader(csv, detect_csv_dialect(csv));
  std::vector<std::string> record;
  if (!reader.next(record)) return no_table();
  std::vector<Column> columns;
  for (const std::string& heading : record) columns.push_back(column_of(heading));
  for (const Column needed : {Column::question, Column::answer})
    if (std::count(columns.begin(), columns.end(), needed) != 1) return no_table();

  std::vector<CuratedRow> rows;
  while (reader.next(record)) {
    if (std::all_of(record.begin(), record.end(), [](const auto& cell) { return is_blank(cell); }))
      continue;
    CuratedRow row;
    row.line = reader.line();
    for (std::size_t i = 0; i < record.size() && i < columns.size(); ++i) {
      const std::string cell = without_guard(record[i]);
      if (columns[i] == Column::question) row.answer.question = collapse_spaces(cell);
      if (columns[i] == Column::answer) row.answer.answer = trim(cell);
      if (columns[i] == Column::variants) row.answer.variants = lines_of(cell);
      if (columns[i] == Column::enabled) row.answer.is_enabled = !is_no(cell);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string curated_csv_header() {
  return std::string(kByteOrderMark) +
         "\"question\",\"answer\",\"variants\",\"enabled\",\"use_count\"\r\n";
}

std::string curated_csv_line(const CuratedAnswer& answer) {
  std::string variants;
  for (const std::string& each : answer.variants) variants += (variants.empty() ? "" : "\n") + each;
  std::string line;
  append_csv_cell(line, answer.question);
  for (const std::string& cell :
       {answer.answer, variants, std::string(answer.is_enabled ? "true" : "false"),
        std::to_string(answer.use_count)}) {
    line += ',';
    append_csv_cell(line, cell);
  }
  return line + "\r\n";
}

}  // namespace monitora
