#include "storage/json.h"

#include <boost/json.hpp>
#include <limits>
#include <optional>

namespace monitora::storage {
namespace {

namespace json = boost::json;

json::value parse(std::string_view text) {
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  return error ? json::value() : value;
}

std::string text_of(const json::object& object, const char* field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string().data(), value->get_string().size());
}

std::optional<int> integer_of(const json::object& object, const char* field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const std::int64_t number = value->get_int64();
  if (number < 0 || number > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(number);
}

}  // namespace

std::string sources_json(const std::vector<Source>& sources) {
  json::array array;
  for (const Source& source : sources) {
    json::object object{{"index", source.index},
                        {"document_id", source.document_id.to_string()},
                        {"filename", source.filename}};
    if (source.page) object["page"] = *source.page;
    object["excerpt"] = source.excerpt;
    array.push_back(std::move(object));
  }
  return json::serialize(array);
}

std::vector<Source> read_sources(std::string_view text) {
  std::vector<Source> sources;
  if (text.empty()) return sources;
  const json::value value = parse(text);
  if (!value.is_array()) return sources;
  for (const json::value& each : value.get_array()) {
    if (!each.is_object()) continue;
    const json::object& object = each.get_object();
    Source source;
    source.index = integer_of(object, "index").value_or(static_cast<int>(sources.size()) + 1);
    source.document_id = DocumentId::parse(text_of(object, "document_id")).value_or(DocumentId());
    source.filename = text_of(object, "filename");
    source.page = integer_of(object, "page");
    source.excerpt = text_of(object, "excerpt");
    sources.push_back(std::move(source));
  }
  return sources;
}

std::string place_json(const Place& place) {
  json::object object;
  if (place.page) object["page"] = *place.page;
  if (!place.sheet.empty()) object["sheet"] = place.sheet;
  if (place.row) object["row"] = *place.row;
  if (!place.heading.empty()) object["heading"] = place.heading;
  return json::serialize(object);
}

Place read_place(std::string_view text) {
  Place place;
  if (text.empty() || text == "{}") return place;
  const json::value value = parse(text);
  if (!value.is_object()) return place;
  const json::object& object = value.get_object();
  place.page = integer_of(object, "page");
  place.sheet = text_of(object, "sheet");
  place.row = integer_of(object, "row");
  place.heading = text_of(object, "heading");
  return place;
}

std::string strings_json(const std::vector<std::string>& strings) {
  json::array array;
  for (const std::string& each : strings) array.emplace_back(each);
  return json::serialize(array);
}

std::vector<std::string> read_strings(std::string_view text) {
  std::vector<std::string> strings;
  if (text.empty()) return strings;
  const json::value value = parse(text);
  if (!value.is_array()) return strings;
  for (const json::value& each : value.get_array())
    if (each.is_string()) strings.emplace_back(each.get_string().data(), each.get_string().size());
  return strings;
}

std::string sentence_json(const Sentence& sentence) {
  return json::serialize(json::object{{"fr", sentence.fr}, {"en", sentence.en}});
}

std::string texts_json(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [key, text] : texts) object[key] = text;
  return json::serialize(object);
}

std::map<std::string, std::string> read_texts(std::string_view text) {
  std::map<std::string, std::string> texts;
  const json::value value = parse(text);
  if (!value.is_object()) return texts;
  for (const auto& [key, each] : value.get_object())
    if (each.is_string()) texts.emplace(key, each.get_string());
  return texts;
}

std::string parameters_json(const std::vector<QuestionParameter>& parameters) {
  json::array array;
  for (const QuestionParameter& each : parameters)
    array.push_back(json::object{{"name", each.name},
                                 {"type", to_string(each.type)},
                                 {"label", each.label},
                                 {"values", json::array(each.values.begin(), each.values.end())}});
  return json::serialize(array);
}

std::vector<QuestionParameter> read_parameters(std::string_view text) {
  std::vector<QuestionParameter> parameters;
  const json::value value = parse(text);
  if (!value.is_array()) return parameters;
  for (const json::value& each : value.get_array()) {
    if (!each.is_object()) continue;
    const auto type = parse_parameter_type(text_of(each.get_object(), "type"));
    if (!type) continue;
    QuestionParameter& read = parameters.emplace_back();
    read.name = text_of(each.get_object(), "name");
    read.type = *type;
    read.label = text_of(each.get_object(), "label");
    if (const json::value* values = each.get_object().if_contains("values"))
      read.values = read_strings(json::serialize(*values));
  }
  return parameters;
}

}  // namespace monitora::storage
