#include "ingest/text_kind.h"

#include <algorithm>
#include <array>
#include <boost/json/stream_parser.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "domain/csv_reader.h"

namespace monitora::ingest {
namespace {

// After comments, the declaration and white space.
std::string_view skip_xml_prologue(std::string_view text) {
  for (int i = 0; i < 100; ++i) {
    text = trim(text);
    std::size_t end = std::string_view::npos;
    if (text.starts_with("<?"))
      end = text.find("?>");
    else if (text.starts_with("<!--"))
      end = text.find("-->");
    else
      break;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + (text[1] == '?' ? 2 : 3));
  }
  return text;
}

bool starts_with_tag(std::string_view text, std::string_view name) {
  if (text.size() < name.size() + 2 || text[0] != '<') return false;
  if (lower(text.substr(1, name.size())) != name) return false;
  const char after = text[name.size() + 1];
  return after == '>' || after == ' ' || after == '\n' || after == '\t' || after == '/';
}

bool is_heading(std::string_view line) {
  const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  return hashes >= 1 && hashes <= 6 && hashes < line.size() && line[hashes] == ' ';
}

bool has_link(std::string_view line) {
  const std::size_t middle = line.find("](");
  return middle != std::string_view::npos &&
         line.substr(0, middle).find('[') != std::string_view::npos &&
         line.find(')', middle) != std::string_view::npos;
}

bool is_table_rule(std::string_view line) {
  return line.size() >= 5 && line.find("---") != std::string_view::npos &&
         line.find('|') != std::string_view::npos &&
         line.find_first_not_of("|-: ") == std::string_view::npos;
}

}  // namespace

bool looks_like_html(std::string_view text) {
  text = skip_xml_prologue(text);
  if (lower(text.substr(0, 14)).starts_with("<!doctype html")) return true;
  static constexpr std::array kTags = {"html",    "head", "body", "title", "meta",  "div",
                                       "p",       "h1",   "h2",   "h3",    "table", "article",
                                       "section", "main", "ul",   "ol",    "span",  "style",
                                       "script",  "link", "nav",  "header"};
  return std::any_of(kTags.begin(), kTags.end(),
                     [&](const char* tag) { return starts_with_tag(text, tag); });
}

bool looks_like_xml(std::string_view text) {
  if (trim(text).starts_with("<?xml")) return true;
  const std::string_view rest = skip_xml_prologue(text);
  return starts_with_tag(rest, "svg") || rest.starts_with("<!DOCTYPE ");
}

bool looks_like_csv(std::string_view text) {
  const CsvDialect dialect = detect_csv_dialect(text);
  CsvReader reader(text, dialect);
  std::vector<std::string> record;
  std::size_t columns = 0;
  std::size_t records = 0;
  std::size_t agreeing = 0;
  std::size_t long_fields = 0;
  while (records < 100 && reader.next(record)) {
    if (record.size() == 1 && record[0].empty()) continue;
    if (records++ == 0) columns = record.size();
    agreeing += record.size() == columns;
    // A sentence after a comma starts with a space; a field does not.
    for (std::size_t i = 0; i < record.size(); ++i) {
      long_fields += record[i].size() > 200 ||
                     (dialect.delimiter == ',' && i > 0 && record[i].starts_with(" "));
    }
  }
  return records >= 2 && columns >= 2 && agreeing * 10 >= records * 9 && long_fields * 5 <= records;
}

bool looks_like_markdown(std::string_view text) {
  std::size_t headings = 0;
  bool link = false, fence = false, bullet = false, strong = false, table = false;
  for (std::string_view line : split(text, '\n')) {
    headings += is_heading(line);
    link = link || has_link(line);
    fence = fence || line.starts_with("```");
    bullet = bullet || line.starts_with("- ") || line.starts_with("* ");
    strong = strong || line.find("**") != std::string_view::npos;
    table = table || is_table_rule(line);
  }
  const int signs = (headings > 0) + (headings > 2) + link + fence + bullet + strong + 2 * table;
  return signs >= 2 && (headings > 0 || table || (link && strong));
}

JsonLook look_as_json(std::string_view text, bool whole) {
  text = trim(text);
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return JsonLook::no;
  if (!whole) text = utf8_prefix(text, text.size() - std::min<std::size_t>(text.size(), 4));
  try {
    boost::json::parse_options options;
    options.max_depth = 64;
    boost::json::stream_parser parser({}, options);
    boost::json::error_code error;
    parser.write(text.data(), text.size(), error);
    // Nesting is refused later, with a sentence of its own.
    if (error == boost::json::error::too_deep) return JsonLook::yes;
    if (error) return JsonLook::no;
    return parser.done() || !whole ? JsonLook::yes : JsonLook::truncated;
  } catch (const std::exception&) {
    return JsonLook::no;
  }
}

}  // namespace monitora::ingest
