// Word documents: paragraphs, headings, lists, tables and footnotes of WordprocessingML
// (ECMA-376 part 1, 17). Deleted revisions and hidden text are left out.
#include <cstdlib>
#include <map>
#include <set>

#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/office_xml.h"
#include "ingest/sections.h"

namespace monitora::ingest {
namespace {

using Notes = std::map<std::string, std::string, std::less<>>;

class DocxReader {
 public:
  explicit DocxReader(SectionBuilder& out) : out_(out) {}

  void read_styles(const pugi::xml_node& styles);
  void read_notes(const pugi::xml_node& root, std::string_view kind);
  void body(const pugi::xml_node& node);

 private:
  void paragraph(const pugi::xml_node& node);
  void table(const pugi::xml_node& node);
  std::string cell(const pugi::xml_node& node);
  // Text of a paragraph's runs; boxes inside it and notes it refers to are put aside.
  void runs(const pugi::xml_node& node, std::string& text);
  void run_part(const pugi::xml_node& node, std::string& text);
  void flush_aside();
  int heading_level(const pugi::xml_node& properties) const;
  bool is_item(const pugi::xml_node& properties) const;

  SectionBuilder& out_;
  std::map<std::string, int, std::less<>> levels_;  // by style
  std::set<std::string, std::less<>> list_styles_;
  Notes notes_;  // "footnote 2" → its text
  std::vector<std::string> cited_;
  std::vector<pugi::xml_node> boxes_;
  int cited_count_ = 0;
};

int level_of_name(std::string_view name) {
  const std::string plain = lower(name);
  if (plain == "title" || plain == "titre") return 1;
  for (std::string_view prefix : {"heading ", "titre "}) {
    if (plain.starts_with(prefix)) return std::atoi(plain.c_str() + prefix.size());
  }
  return 0;
}

void DocxReader::read_styles(const pugi::xml_node& styles) {
  std::map<std::string, std::string> based_on;
  for (const pugi::xml_node& style : styles.children()) {
    if (local_name(style) != "style" || attribute(style, "type") != "paragraph") continue;
    const std::string id(attribute(style, "styleId"));
    int level = level_of_name(attribute(child(style, "name"), "val"));
    const pugi::xml_node outline = child(child(style, "pPr"), "outlineLvl");
    if (!level && outline) level = std::atoi(std::string(attribute(outline, "val")).c_str()) + 1;
    if (level >= 1 && level <= 6) levels_[id] = level;
    if (child(child(style, "pPr"), "numPr")) list_styles_.insert(id);
    based_on[id] = std::string(attribute(child(style, "basedOn"), "val"));
  }
  for (const auto& [id, parent] : based_on) {
    std::string ancestor = parent;
    for (int i = 0; i < 10 && !ancestor.empty() && !levels_.contains(id); ++i) {
      if (const auto found = levels_.find(ancestor); found != levels_.end())
        levels_[id] = found->second;
      const auto next = based_on.find(ancestor);
      ancestor = next == based_on.end() ? "" : next->second;
    }
  }
}

void DocxReader::read_notes(const pugi::xml_node& root, std::string_view kind) {
  for (const pugi::xml_node& note : root.children()) {
    if (local_name(note) != kind || !attribute(note, "type").empty())
      continue;  // separators have a type
    std::string text;
    for (const pugi::xml_node& part : note.children()) {
      if (!text.empty()) text += ' ';
      runs(part, text);
    }
    notes_[std::string(kind) + " " + std::string(attribute(note, "id"))] = collapse_spaces(text);
  }
}

int DocxReader::heading_level(const pugi::xml_node& properties) const {
  const pugi::xml_node outline = child(properties, "outlineLvl");
  if (outline) {
    const int level = std::atoi(std::string(attribute(outline, "val")).c_str()) + 1;
    if (level >= 1 && level <= 6) return level;
  }
  const auto found = levels_.find(attribute(child(properties, "pStyle"), "val"));
  return found == levels_.end() ? 0 : found->second;
}

bool DocxReader::is_item(const pugi::xml_node& properties) const {
  return child(properties, "numPr") ||
         list_styles_.contains(attribute(child(properties, "pStyle"), "val"));
}

void DocxReader::run_part(const pugi::xml_node& node, std::string& text) {
  const std::string_view name = local_name(node);
  if (name == "t") {
    text += node.text().get();
  } else if (name == "tab" || name == "ptab") {
    text += '\t';
  } else if (name == "br" || name == "cr") {
    text += '\n';
  } else if (name == "noBreakHyphen") {
    text += '-';
  } else if (name == "footnoteReference" || name == "endnoteReference") {
    const std::string kind = name == "footnoteReference" ? "footnote " : "endnote ";
    const auto note = notes_.find(kind + std::string(attribute(node, "id")));
    if (note == notes_.end() || note->second.empty()) return;
    const std::string number = std::to_string(++cited_count_);
    text += " (note " + number + ")";
    cited_.push_back("Note " + number + ": " + note->second);
  } else if (name == "drawing" || name == "pict" || name == "AlternateContent" ||
             name == "Choice") {
    for (const pugi::xml_node& part : node.children()) run_part(part, text);
  } else if (name == "txbxContent") {
    boxes_.push_back(node);
  } else if (name != "Fallback" && name != "rPr" && name != "delText" && name != "instrText" &&
             node.first_child()) {
    for (const pugi::xml_node& part : node.children()) run_part(part, text);
  }
}

void DocxReader::runs(const pugi::xml_node& node, std::string& text) {
  for (const pugi::xml_node& part : node.children()) {
    const std::string_view name = local_name(part);
    if (name == "r") {
      if (child(child(part, "rPr"), "vanish")) continue;
      for (const pugi::xml_node& piece : part.children()) run_part(piece, text);
    } else if (name != "pPr" && name != "del" && name != "moveFrom") {
      runs(part, text);
    }
  }
}

void DocxReader::flush_aside() {
  std::vector<std::string> cited;
  cited.swap(cited_);
  for (const std::string& note : cited) out_.paragraph(note);
  std::vector<pugi::xml_node> boxes;
  boxes.swap(boxes_);
  for (const pugi::xml_node& box : boxes) body(box);
}

void DocxReader::paragraph(const pugi::xml_node& node) {
  const pugi::xml_node properties = child(node, "pPr");
  std::string text;
  runs(node, text);
  if (const int level = heading_level(properties)) {
    out_.heading(level, text);
  } else if (!is_blank(text) && is_item(properties)) {
    out_.line("- " + text);
  } else {
    out_.paragraph(text);
  }
  flush_aside();
}

std::string DocxReader::cell(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& part : node.children()) {
    const std::string_view name = local_name(part);
    if (name == "p") {
      if (!text.empty()) text += ' ';
      runs(part, text);
    } else if (name == "tbl" || name == "tr" || name == "tc" || name == "sdt" ||
               name == "sdtContent") {
      text += ' ' + cell(part);
    }
  }
  return text;
}

void DocxReader::table(const pugi::xml_node& node) {
  out_.end_paragraph();
  for (const pugi::xml_node& row : node.children()) {
    if (local_name(row) != "tr") continue;
    std::vector<std::string> cells;
    for (const pugi::xml_node& part : row.children()) {
      if (local_name(part) == "tc")
        cells.push_back(cell(part));
      else if (local_name(part) == "sdt")
        cells.push_back(cell(child(part, "sdtContent")));
    }
    out_.line(join_cells(cells));
  }
  out_.end_paragraph();
  flush_aside();
}

void DocxReader::body(const pugi::xml_node& node) {
  for (const pugi::xml_node& part : node.children()) {
    if (out_.full()) return;
    const std::string_view name = local_name(part);
    if (name == "p")
      paragraph(part);
    else if (name == "tbl")
      table(part);
    else if (name == "sdt" || name == "sdtContent" || name == "ins" || name == "smartTag" ||
             name == "customXml")
      body(part);
  }
}

}  // namespace

Result<ExtractedText> extract_docx(std::string_view bytes, const TextLimits& limits) {
  MONITORA_ASSIGN(OfficePackage package, OfficePackage::open(bytes, FileType::docx));
  MONITORA_ASSIGN(const std::string main, package.main_part());
  MONITORA_ASSIGN(const pugi::xml_document document, package.required_part(main));
  MONITORA_ASSIGN(const auto relations, package.relations(main));

  SectionBuilder out(FileType::docx, limits);
  DocxReader reader(out);
  for (const auto& [id, relation] : relations) {
    const bool styles = relation.type == "styles";
    if (!styles && relation.type != "footnotes" && relation.type != "endnotes") continue;
    MONITORA_ASSIGN(const std::optional<pugi::xml_document> part, package.part(relation.target));
    if (!part) continue;
    if (styles)
      reader.read_styles(part->document_element());
    else
      reader.read_notes(part->document_element(),
                        relation.type == "footnotes" ? "footnote" : "endnote");
  }
  reader.body(child(document.document_element(), "body"));
  return out.finish(package.title());
}

}  // namespace monitora::ingest
