// Delimited files: a block a record, each with the headings of its columns.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "domain/csv_reader.h"
#include "ingest/formats.h"
#include "ingest/sections.h"
#include "ingest/text_decoding.h"

namespace monitora::ingest {
namespace {

bool has_digit(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos;
}

// Names are there, differ from one another and are not figures.
bool is_header(const std::vector<std::string>& record) {
  std::set<std::string> seen;
  for (const std::string& field : record) {
    const std::string name = collapse_spaces(field);
    if (name.empty() || count_characters(name) > 80 || !seen.insert(name).second) return false;
    const auto digits =
        std::count_if(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (has_digit(name) && static_cast<std::size_t>(digits) * 2 >= name.size()) return false;
  }
  return record.size() >= 2;
}

bool is_empty(const std::vector<std::string>& record) {
  return std::all_of(record.begin(), record.end(),
                     [](const std::string& field) { return is_blank(field); });
}

}  // namespace

Result<ExtractedText> extract_csv(std::string_view bytes, const TextLimits& limits) {
  const std::string text = decode_text(bytes);
  std::string_view body = text;
  CsvDialect dialect;
  if (body.starts_with("sep=") && body.size() > 5 && body[5] == '\n') {  // Excel's own hint
    dialect.delimiter = body[4];
    body.remove_prefix(6);
  } else {
    dialect = detect_csv_dialect(body.substr(0, 65'536));
  }
  CsvReader reader(body, dialect);
  SectionBuilder out(FileType::csv, limits);
  std::vector<std::string> record;
  std::vector<std::string> header;
  int number = 0;
  while (!out.full() && reader.next(record)) {
    if (is_empty(record)) continue;
    ++number;
    Place place;
    place.row = reader.line();
    if (number == 1 && is_header(record)) {
      header = record;
      out.block(join_cells_with_header({}, record), place);
    } else {
      out.block(join_cells_with_header(header, record), place);
    }
  }
  return out.finish();
}

}  // namespace monitora::ingest
