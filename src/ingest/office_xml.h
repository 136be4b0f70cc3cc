// What the three Office formats share (ECMA-376): parts in a zip, relations between them, text in
// DrawingML and the document's own title.
#pragma once

#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/status.h"
#include "ingest/file_type.h"
#include "ingest/zip_archive.h"

namespace monitora::ingest {

// Deeper documents are refused: no office program writes them.
inline constexpr int kMaxXmlDepth = 256;

// Well-formed XML without a document type declaration (so without entities of its own), not nested
// too deeply. Errors: damaged_file, file_too_complex.
Status parse_xml(const std::string& bytes, FileType type, pugi::xml_document& document);

// The element's name without its prefix: "w:p" → "p".
std::string_view local_name(const pugi::xml_node& node);
// First child, or attribute's value, by local name; empty when absent.
pugi::xml_node child(const pugi::xml_node& node, std::string_view name);
std::string_view attribute(const pugi::xml_node& node, std::string_view name);
// The relation that an entry names: "r:id", whatever its prefix; its own "id" has none.
std::string relation_id(const pugi::xml_node& entry);

class OfficePackage {
 public:
  static Result<OfficePackage> open(std::string_view bytes, FileType type);

  // False in the optional sense: nothing when the part is absent.
  Result<std::optional<pugi::xml_document>> part(const std::string& name);
  // A part that must be there: damaged_file without it.
  Result<pugi::xml_document> required_part(const std::string& name);

  struct Relation {
    std::string type;    // the last word of the type's address: "slide", "notesSlide"
    std::string target;  // a part's name
  };
  // By id; targets outside the package are left out.
  Result<std::map<std::string, Relation>> relations(const std::string& part);

  // The main part, found by its relation: "word/document.xml" as a rule.
  Result<std::string> main_part();
  // dc:title, or "".
  std::string title();
  FileType type() const { return type_; }

 private:
  OfficePackage(ZipArchive archive, FileType type) : archive_(std::move(archive)), type_(type) {}
  ZipArchive archive_;
  FileType type_;
};

}  // namespace monitora::ingest
