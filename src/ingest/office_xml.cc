#include "ingest/office_xml.h"

#include <vector>

#include "base/text.h"
#include "ingest/problems.h"

namespace monitora::ingest {
namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

class DepthCheck final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node&) override { return depth() < kMaxXmlDepth; }
};

// "ppt/slides" + "../notesSlides/n.xml" → "ppt/notesSlides/n.xml"; "/a" is from the root.
std::string resolve(std::string_view folder, std::string_view target) {
  std::vector<std::string_view> parts;
  if (!target.starts_with('/')) {
    for (std::string_view part : split(folder, '/'))
      if (!part.empty()) parts.push_back(part);
  }
  for (std::string_view part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string path;
  for (std::string_view part : parts) {
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

}  // namespace

std::string_view local_name(const pugi::xml_node& node) {
  return without_prefix(node.name());
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& candidate : node.children())
    if (local_name(candidate) == name) return candidate;
  return {};
}

std::string_view attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& candidate : node.attributes())
    if (without_prefix(candidate.name()) == name) return candidate.value();
  return {};
}

std::string relation_id(const pugi::xml_node& entry) {
  for (const pugi::xml_attribute& candidate : entry.attributes())
    if (std::string_view(candidate.name()).ends_with(":id")) return candidate.value();
  return {};
}

Status parse_xml(const std::string& bytes, FileType type, pugi::xml_document& document) {
  const pugi::xml_parse_result parsed = document.load_buffer(
      bytes.data(), bytes.size(),
      pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single);
  if (parsed.status == pugi::status_out_of_memory)
    return problem(Problem::file_too_complex, type, "xml memory");
  if (!parsed)
    return problem(Problem::damaged_file, type, std::string("xml: ") + parsed.description());
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype)
      return problem(Problem::damaged_file, type, "xml with a DOCTYPE");
  }
  DepthCheck check;
  if (!document.traverse(check)) return problem(Problem::file_too_complex, type, "xml depth");
  return {};
}

Result<OfficePackage> OfficePackage::open(std::string_view bytes, FileType type) {
  MONITORA_ASSIGN(ZipArchive archive, ZipArchive::open(bytes, type));
  return OfficePackage(std::move(archive), type);
}

Result<std::optional<pugi::xml_document>> OfficePackage::part(const std::string& name) {
  MONITORA_ASSIGN(const std::optional<std::string> bytes, archive_.read(name));
  if (!bytes) return std::optional<pugi::xml_document>();
  pugi::xml_document document;
  MONITORA_TRY(parse_xml(*bytes, type_, document));
  return std::optional<pugi::xml_document>(std::move(document));
}

Result<pugi::xml_document> OfficePackage::required_part(const std::string& name) {
  MONITORA_ASSIGN(std::optional<pugi::xml_document> document, part(name));
  if (!document) return problem(Problem::damaged_file, type_, "no " + name);
  return std::move(*document);
}

Result<std::map<std::string, OfficePackage::Relation>> OfficePackage::relations(
    const std::string& part_name) {
  const std::size_t slash = part_name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : part_name.substr(0, slash);
  const std::string file = slash == std::string::npos ? part_name : part_name.substr(slash + 1);
  MONITORA_ASSIGN(const std::optional<pugi::xml_document> document,
                  part((folder.empty() ? "" : folder + "/") + "_rels/" + file + ".rels"));
  std::map<std::string, Relation> relations;
  if (!document) return relations;
  for (const pugi::xml_node& node : document->document_element().children()) {
    if (attribute(node, "TargetMode") == "External") continue;
    const std::string_view type = attribute(node, "Type");
    relations[std::string(attribute(node, "Id"))] = {std::string(type.substr(type.rfind('/') + 1)),
                                                     resolve(folder, attribute(node, "Target"))};
  }
  return relations;
}

Result<std::string> OfficePackage::main_part() {
  MONITORA_ASSIGN(const auto roots, relations(""));
  for (const auto& [id, relation] : roots)
    if (relation.type == "officeDocument") return relation.target;
  return problem(Problem::damaged_file, type_, "no main part");
}

std::string OfficePackage::title() {
  const Result<std::optional<pugi::xml_document>> core = part("docProps/core.xml");
  if (!core.ok() || !*core) return {};
  return std::string(child((*core)->document_element(), "title").text().get());
}

}  // namespace monitora::ingest
