// JSON: one line "path: value" for each value, one paragraph for each object of a list.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/problems.h"
#include "ingest/sections.h"
#include "ingest/text_decoding.h"

namespace monitora::ingest {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 64;

std::string scalar_text(const json::value& value) {
  if (value.is_string()) return collapse_spaces(clean_text(std::string_view(value.get_string())));
  if (value.is_double()) return fmt::format("{}", value.get_double());
  if (value.is_null()) return {};
  return json::serialize(value);
}

void flatten(const json::value& value, const std::string& path, SectionBuilder& out) {
  if (out.full()) return;
  if (const json::object* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      flatten(member, path.empty() ? std::string(key) : path + "." + std::string(key), out);
    }
  } else if (const json::array* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      const json::value& element = (*array)[i];
      if (element.is_structured()) out.end_paragraph();
      flatten(element, path + "[" + std::to_string(i) + "]", out);
      if (element.is_structured()) out.end_paragraph();
    }
  } else {
    const std::string text = scalar_text(value);
    if (!text.empty()) out.line(path.empty() ? text : path + ": " + text);
  }
}

}  // namespace

Result<ExtractedText> extract_json(std::string_view bytes, const TextLimits& limits) {
  const std::string text = decode_text(bytes);
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::error_code error;
  const json::value value = json::parse(text, error, {}, options);
  if (error == json::error::too_deep)
    return problem(Problem::file_too_complex, FileType::json, "json depth");
  if (error) return problem(Problem::damaged_file, FileType::json, error.message());
  SectionBuilder out(FileType::json, limits);
  flatten(value, "", out);
  return out.finish();
}

}  // namespace monitora::ingest
