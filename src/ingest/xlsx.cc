// Excel workbooks: the visible sheets in order, a block a row (SpreadsheetML, ECMA-376 part 1, 18).
// The latest row of headings is repeated with each row, so that any few rows explain themselves.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "ingest/cell_format.h"
#include "ingest/formats.h"
#include "ingest/office_xml.h"
#include "ingest/problems.h"
#include "ingest/sections.h"

namespace monitora::ingest {
namespace {

constexpr std::size_t kMaxColumns = 16'384;  // what the format allows
constexpr std::size_t kMaxKeptColumns = 1'000;

struct Cell {
  std::string text;
  bool is_number = false;
};

class Workbook {
 public:
  Workbook(OfficePackage& package, SectionBuilder& out) : package_(package), out_(out) {}

  Status read_shared(const std::string& part);
  Status read_styles(const std::string& part);
  void set_from_1904(bool value) { from_1904_ = value; }
  Status sheet(const std::string& part, const std::string& name);

 private:
  Cell cell(const pugi::xml_node& node) const;
  void row(const std::string& sheet, int number, const std::vector<Cell>& cells);

  OfficePackage& package_;
  SectionBuilder& out_;
  std::vector<std::string> shared_;
  std::vector<CellFormat> formats_;
  bool from_1904_ = false;
  std::vector<std::string> header_;
};

// <si> or <is>: plain text or runs; phonetic hints left out.
std::string rich_text(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& part : node.children()) {
    if (local_name(part) == "t")
      text += part.text().get();
    else if (local_name(part) == "r")
      text += child(part, "t").text().get();
  }
  return text;
}

// "BC12" → 54, from 0; kMaxColumns when there is none.
std::size_t column_of(std::string_view reference) {
  std::size_t column = 0;
  for (char c : reference) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
    if (column > kMaxColumns) return kMaxColumns;
  }
  return column == 0 ? kMaxColumns : column - 1;
}

Status Workbook::read_shared(const std::string& part) {
  MONITORA_ASSIGN(const std::optional<pugi::xml_document> document, package_.part(part));
  if (!document) return {};
  for (const pugi::xml_node& node : document->document_element().children()) {
    if (local_name(node) == "si") shared_.push_back(rich_text(node));
  }
  return {};
}

Status Workbook::read_styles(const std::string& part) {
  MONITORA_ASSIGN(const std::optional<pugi::xml_document> document, package_.part(part));
  if (!document) return {};
  const pugi::xml_node root = document->document_element();
  std::map<int, CellFormat> own;
  for (const pugi::xml_node& node : child(root, "numFmts").children()) {
    own[std::atoi(std::string(attribute(node, "numFmtId")).c_str())] =
        parse_format_code(attribute(node, "formatCode"));
  }
  for (const pugi::xml_node& node : child(root, "cellXfs").children()) {
    const int id = std::atoi(std::string(attribute(node, "numFmtId")).c_str());
    const auto found = own.find(id);
    formats_.push_back(found == own.end() ? builtin_format(id) : found->second);
  }
  return {};
}

Cell Workbook::cell(const pugi::xml_node& node) const {
  const std::string_view type = attribute(node, "t");
  const std::string value = child(node, "v").text().get();
  if (type == "s") {
    const auto index = static_cast<std::size_t>(std::strtoul(value.c_str(), nullptr, 10));
    return {index < shared_.size() ? shared_[index] : std::string()};
  }
  if (type == "inlineStr") return {rich_text(child(node, "is"))};
  if (type == "e") return {};  // #N/A and the like
  if (type == "b") return {value == "1" ? "TRUE" : "FALSE"};
  if (type == "str" || type == "d") return {value};
  if (value.empty()) return {};
  const auto style = static_cast<std::size_t>(
      std::strtoul(std::string(attribute(node, "s")).c_str(), nullptr, 10));
  return {format_cell(value, style < formats_.size() ? formats_[style] : CellFormat{}, from_1904_),
          true};
}

void Workbook::row(const std::string& sheet, int number, const std::vector<Cell>& cells) {
  std::vector<std::string> texts;
  std::size_t filled = 0;
  bool numbers = false;
  for (const Cell& c : cells) {
    texts.push_back(c.text);
    filled += !is_blank(c.text);
    numbers = numbers || c.is_number;
  }
  Place place;
  place.sheet = sheet;
  place.row = number;
  // The first row of two texts or more names the columns, until an empty row ends the table.
  if (header_.empty() && filled >= 2 && !numbers) {
    header_ = texts;
    out_.block(join_cells_with_header({}, texts), place);
    return;
  }
  out_.block(join_cells_with_header(filled >= 2 ? header_ : std::vector<std::string>(), texts),
             place);
}

Status Workbook::sheet(const std::string& part, const std::string& name) {
  MONITORA_ASSIGN(const pugi::xml_document document, package_.required_part(part));
  header_.clear();
  int number = 0;
  int latest = 0;
  for (const pugi::xml_node& node : child(document.document_element(), "sheetData").children()) {
    if (out_.full()) break;
    if (local_name(node) != "row") continue;
    const int given = std::atoi(std::string(attribute(node, "r")).c_str());
    number = given > 0 ? given : number + 1;
    std::vector<Cell> cells;
    for (const pugi::xml_node& c : node.children()) {
      const std::size_t told = column_of(attribute(c, "r"));
      const std::size_t column = told == kMaxColumns ? cells.size() : told;
      if (column >= kMaxKeptColumns) break;
      if (column >= cells.size()) cells.resize(column + 1);
      cells[column] = cell(c);
    }
    const bool blank =
        std::all_of(cells.begin(), cells.end(), [](const Cell& c) { return is_blank(c.text); });
    if (blank) continue;
    if (number > latest + 1) header_.clear();
    latest = number;
    row(name, number, cells);
  }
  return {};
}

}  // namespace

Result<ExtractedText> extract_xlsx(std::string_view bytes, const TextLimits& limits) {
  MONITORA_ASSIGN(OfficePackage package, OfficePackage::open(bytes, FileType::xlsx));
  MONITORA_ASSIGN(const std::string main, package.main_part());
  MONITORA_ASSIGN(const pugi::xml_document document, package.required_part(main));
  MONITORA_ASSIGN(const auto relations, package.relations(main));
  const pugi::xml_node root = document.document_element();

  SectionBuilder out(FileType::xlsx, limits);
  Workbook workbook(package, out);
  const std::string_view date1904 = attribute(child(root, "workbookPr"), "date1904");
  workbook.set_from_1904(date1904 == "1" || date1904 == "true");
  for (const auto& [id, relation] : relations) {
    if (relation.type == "sharedStrings") MONITORA_TRY(workbook.read_shared(relation.target));
    if (relation.type == "styles") MONITORA_TRY(workbook.read_styles(relation.target));
  }
  for (const pugi::xml_node& sheet : child(root, "sheets").children()) {
    const std::string_view state = attribute(sheet, "state");
    if (state == "hidden" || state == "veryHidden") continue;
    const auto relation = relations.find(relation_id(sheet));
    if (relation == relations.end() || relation->second.type != "worksheet") continue;
    MONITORA_TRY(workbook.sheet(relation->second.target,
                                collapse_spaces(std::string(attribute(sheet, "name")))));
  }
  return out.finish(package.title());
}

}  // namespace monitora::ingest
