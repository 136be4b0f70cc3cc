#include "transfer/export_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/crypto.h"

namespace monitora::transfer {
namespace {

namespace json = boost::json;
constexpr std::int64_t kFormat = 1;

Status other_version() {
  return Status(
      Code::invalid_argument, "export_version",
      {"Cet export vient d'une autre version de MONITORA : importez-le avec la version qui "
       "l'a fait, ou refaites-le avec celle-ci.",
       "This export was made by another version of MONITORA: import it with the version "
       "that made it, or export again with this one."});
}

json::value sentence(const Sentence& sentence) {
  return {{"fr", sentence.fr}, {"en", sentence.en}};
}

json::object plan_json(const Plan& plan) {
  json::array tables, left_behind, notes;
  for (const TablePlan& table : plan.tables) {
    json::array columns;
    for (const ColumnPlan& column : table.columns)
      columns.push_back({{"name", column.target->name},
                         {"source", column.source},
                         {"conversion", column.conversion}});
    tables.push_back({{"name", table.target->name},
                      {"source", table.source},
                      {"rows", table.rows},
                      {"bytes", table.bytes},
                      {"columns", std::move(columns)}});
  }
  for (const LeftBehind& left : plan.left_behind)
    left_behind.push_back({{"table", left.table},
                           {"column", left.column},
                           {"rows", left.rows},
                           {"why", sentence(left.why)},
                           {"known", left.known}});
  for (const Sentence& note : plan.notes) notes.push_back(sentence(note));
  return {{"generation", json::array(plan.generation.begin(), plan.generation.end())},
          {"tables", std::move(tables)},
          {"left_behind", std::move(left_behind)},
          {"notes", std::move(notes)}};
}

json::object file_json(const ManifestFile& file) {
  json::array ranges;
  for (const ExportedRange& range : file.ranges) {
    json::object each;
    if (range.keys.from) each["from"] = range.keys.from->to_string();
    if (range.keys.to) each["to"] = range.keys.to->to_string();
    each["rows"] = range.keys.rows;
    each["at"] = range.at;
    each["bytes"] = range.bytes;
    ranges.push_back(std::move(each));
  }
  return {{"table", file.table->name}, {"name", file.name},     {"rows", file.rows},
          {"bytes", file.bytes},       {"sha256", file.sha256}, {"ranges", std::move(ranges)}};
}

// Reading: a value that is missing or of another kind throws, caught in read_manifest().
std::string text(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}
std::int64_t number(const json::object& object, std::string_view name) {
  return object.at(name).as_int64();
}
Sentence read_sentence(const json::value& value) {
  return {text(value.as_object(), "fr"), text(value.as_object(), "en")};
}
std::optional<Uuid> bound(const json::object& object, std::string_view name) {
  if (!object.contains(name)) return std::nullopt;
  const std::optional<Uuid> id = Uuid::parse(text(object, name));
  if (!id) throw std::invalid_argument("a bound that is no id");
  return id;
}

// Nothing when this program has no such table, or other columns in it.
std::optional<TablePlan> read_table(const json::object& object) {
  TablePlan plan;
  plan.target = find_table(text(object, "name"));
  if (plan.target == nullptr) return std::nullopt;
  plan.source = text(object, "source");
  plan.rows = number(object, "rows");
  plan.bytes = number(object, "bytes");
  const json::array& columns = object.at("columns").as_array();
  if (columns.size() != plan.target->columns.size()) return std::nullopt;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const json::object& column = columns[i].as_object();
    if (text(column, "name") != plan.target->columns[i].name) return std::nullopt;
    plan.columns.push_back(
        {&plan.target->columns[i], {}, text(column, "source"), text(column, "conversion")});
  }
  return plan;
}

// False for a plan of another version.
bool read_plan(const json::object& object, Plan& plan) {
  for (const json::value& each : object.at("generation").as_array())
    plan.generation.emplace_back(each.as_string());
  for (const json::value& each : object.at("tables").as_array()) {
    std::optional<TablePlan> table = read_table(each.as_object());
    if (!table) return false;
    plan.tables.push_back(std::move(*table));
  }
  for (const json::value& each : object.at("left_behind").as_array()) {
    const json::object& left = each.as_object();
    LeftBehind made;
    made.table = text(left, "table");
    made.column = text(left, "column");
    made.rows = number(left, "rows");
    made.why = read_sentence(left.at("why"));
    made.known = left.at("known").as_bool();
    plan.left_behind.push_back(std::move(made));
  }
  for (const json::value& each : object.at("notes").as_array())
    plan.notes.push_back(read_sentence(each));
  return true;
}

ManifestFile read_file(const json::object& object) {
  ManifestFile file;
  file.table = find_table(text(object, "table"));
  file.name = text(object, "name");
  file.rows = number(object, "rows");
  file.bytes = number(object, "bytes");
  file.sha256 = text(object, "sha256");
  // A name is one of ours: it leads nowhere else.
  if (file.table == nullptr || file.name != std::string(file.table->name) + ".rows.zst")
    throw std::invalid_argument("a file that is of no table");
  for (const json::value& each : object.at("ranges").as_array()) {
    const json::object& range = each.as_object();
    ExportedRange made;
    made.keys = {bound(range, "from"), bound(range, "to"), number(range, "rows")};
    made.at = number(range, "at");
    made.bytes = number(range, "bytes");
    if (made.at < 0 || made.bytes < 0 || made.bytes > file.bytes ||
        made.at > file.bytes - made.bytes)
      throw std::invalid_argument("a range outside its file");
    file.ranges.push_back(std::move(made));
  }
  return file;
}

}  // namespace

Status damaged_file(std::string_view file, std::string detail) {
  return Status(
      Code::corrupted, "damaged_export",
      {fmt::format("Le fichier {} de l'export est endommagé ou manque : copiez-le de nouveau, ou "
                   "refaites l'export. Rien n'a été chargé de ce fichier.",
                   file),
       fmt::format("The file {} of the export is damaged or missing: copy it again, or export "
                   "again. Nothing of it was loaded.",
                   file)},
      std::move(detail));
}

std::string to_json(const Manifest& manifest) {
  json::array files;
  for (const ManifestFile& file : manifest.files) files.push_back(file_json(file));
  const json::value content = {{"source", manifest.source},
                               {"watermark", manifest.watermark},
                               {"plan", plan_json(manifest.plan)},
                               {"files", std::move(files)}};
  const std::string text = json::serialize(content);
  return fmt::format("{{\"format\":{},\"sha256\":\"{}\",\"content\":{}}}\n", kFormat,
                     sha256_hex(text), text);
}

Result<Manifest> read_manifest(std::string_view text_of_it) {
  try {
    const json::value whole = json::parse(text_of_it);
    const json::object& object = whole.as_object();
    if (number(object, "format") != kFormat) return other_version();
    Manifest manifest;
    manifest.sha256 = text(object, "sha256");
    if (sha256_hex(json::serialize(object.at("content"))) != manifest.sha256)
      return damaged_file(kManifestFile, "its content is not what its SHA-256 says");
    const json::object& content = object.at("content").as_object();
    manifest.source = text(content, "source");
    manifest.watermark = text(content, "watermark");
    if (!read_plan(content.at("plan").as_object(), manifest.plan)) return other_version();
    for (const json::value& each : content.at("files").as_array())
      manifest.files.push_back(read_file(each.as_object()));
    if (!std::ranges::equal(manifest.files, manifest.plan.tables, {}, &ManifestFile::table,
                            &TablePlan::target))
      return damaged_file(kManifestFile, "its files are not those of its tables");
    return manifest;
  } catch (const std::exception& wrong) {  // of Boost.JSON, or ours above
    return damaged_file(kManifestFile, wrong.what());
  }
}

}  // namespace monitora::transfer
