// PowerPoint presentations: slide by slide in the presentation's order, tables and notes included
// (PresentationML and DrawingML, ECMA-376 part 1, 19 and 21). Hidden slides are left out.
#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/office_xml.h"
#include "ingest/sections.h"

namespace monitora::ingest {
namespace {

// A DrawingML paragraph: runs, fields and breaks.
std::string paragraph_text(const pugi::xml_node& paragraph) {
  std::string text;
  for (const pugi::xml_node& part : paragraph.children()) {
    const std::string_view name = local_name(part);
    if (name == "r" || name == "fld")
      text += child(part, "t").text().get();
    else if (name == "br")
      text += '\n';
  }
  return text;
}

std::string body_text(const pugi::xml_node& body, char separator) {
  std::string text;
  for (const pugi::xml_node& part : body.children()) {
    if (local_name(part) != "p") continue;
    if (!text.empty()) text += separator;
    text += paragraph_text(part);
  }
  return text;
}

std::string_view placeholder(const pugi::xml_node& shape) {
  return attribute(child(child(child(shape, "nvSpPr"), "nvPr"), "ph"), "type");
}

bool is_title(const pugi::xml_node& shape) {
  const std::string_view type = placeholder(shape);
  return type == "title" || type == "ctrTitle";
}

// Dates, page numbers and footers that every slide repeats.
bool is_furniture(std::string_view type) {
  return type == "dt" || type == "sldNum" || type == "ftr" || type == "hdr";
}

pugi::xml_node find_title(const pugi::xml_node& tree) {
  for (const pugi::xml_node& shape : tree.children())
    if (local_name(shape) == "sp" && is_title(shape)) return shape;
  return {};
}

void table(const pugi::xml_node& node, SectionBuilder& out) {
  out.end_paragraph();
  for (const pugi::xml_node& row : node.children()) {
    if (local_name(row) != "tr") continue;
    std::vector<std::string> cells;
    for (const pugi::xml_node& cell : row.children()) {
      if (local_name(cell) == "tc") cells.push_back(body_text(child(cell, "txBody"), ' '));
    }
    out.line(join_cells(cells));
  }
  out.end_paragraph();
}

void shapes(const pugi::xml_node& tree, SectionBuilder& out) {
  for (const pugi::xml_node& shape : tree.children()) {
    if (out.full()) return;
    const std::string_view name = local_name(shape);
    if (name == "sp") {
      if (is_title(shape) || is_furniture(placeholder(shape))) continue;
      out.end_paragraph();
      for (const pugi::xml_node& part : child(shape, "txBody").children()) {
        if (local_name(part) == "p") out.line(paragraph_text(part));
      }
      out.end_paragraph();
    } else if (name == "graphicFrame") {
      table(child(child(child(shape, "graphic"), "graphicData"), "tbl"), out);
    } else if (name == "grpSp" || name == "AlternateContent" || name == "Choice") {
      shapes(shape, out);
    }
  }
}

Status notes(OfficePackage& package, const std::string& part, SectionBuilder& out) {
  MONITORA_ASSIGN(const std::optional<pugi::xml_document> document, package.part(part));
  if (!document) return {};
  const pugi::xml_node tree = child(child(document->document_element(), "cSld"), "spTree");
  for (const pugi::xml_node& shape : tree.children()) {
    if (local_name(shape) == "sp" && placeholder(shape) == "body") {
      out.paragraph(body_text(child(shape, "txBody"), '\n'));
    }
  }
  return {};
}

Status slide(OfficePackage& package, const std::string& part, int number, SectionBuilder& out) {
  MONITORA_ASSIGN(const pugi::xml_document document, package.required_part(part));
  const pugi::xml_node root = document.document_element();
  const std::string_view show = attribute(root, "show");
  if (show == "0" || show == "false") return {};
  out.page(number, SectionBuilder::Headings::drop);
  const pugi::xml_node tree = child(child(root, "cSld"), "spTree");
  out.heading(1, body_text(child(find_title(tree), "txBody"), ' '));
  shapes(tree, out);
  MONITORA_ASSIGN(const auto relations, package.relations(part));
  for (const auto& [id, relation] : relations) {
    if (relation.type == "notesSlide") MONITORA_TRY(notes(package, relation.target, out));
  }
  return {};
}

}  // namespace

Result<ExtractedText> extract_pptx(std::string_view bytes, const TextLimits& limits) {
  MONITORA_ASSIGN(OfficePackage package, OfficePackage::open(bytes, FileType::pptx));
  MONITORA_ASSIGN(const std::string main, package.main_part());
  MONITORA_ASSIGN(const pugi::xml_document document, package.required_part(main));
  MONITORA_ASSIGN(const auto relations, package.relations(main));

  SectionBuilder out(FileType::pptx, limits);
  int number = 0;
  for (const pugi::xml_node& entry : child(document.document_element(), "sldIdLst").children()) {
    if (out.full()) break;
    ++number;
    const auto relation = relations.find(relation_id(entry));
    if (relation != relations.end())
      MONITORA_TRY(slide(package, relation->second.target, number, out));
  }
  return out.finish(package.title());
}

}  // namespace monitora::ingest
