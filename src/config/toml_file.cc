#include "config/toml_file.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <fstream>
#include <iterator>
#include <optional>

namespace monitora::config {
namespace {

std::optional<std::string> as_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return **text;
  if (const auto* number = node.as_integer()) return std::to_string(**number);
  if (const auto* flag = node.as_boolean()) return std::string(**flag ? "true" : "false");
  const auto* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::string joined;
  for (const toml::node& each : *list) {
    const auto* text = each.as_string();
    if (text == nullptr) return std::nullopt;
    if (!joined.empty()) joined += ',';
    joined += **text;
  }
  return joined;
}

Status bad(unsigned line, std::string_view fr, std::string_view en) {
  return Status(Code::invalid_argument, "bad_setting",
                {fmt::format("monitora.toml, ligne {} : {}.", line, fr),
                 fmt::format("monitora.toml, line {}: {}.", line, en)});
}

}  // namespace

Result<std::vector<FileValue>> read_toml(const std::filesystem::path& path) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return std::vector<FileValue>();
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Status(Code::invalid_argument, "bad_setting",
                  {"monitora.toml ne peut pas être lu.", "monitora.toml cannot be read."});
  const std::string text(std::istreambuf_iterator<char>(file), {});
  toml::table parsed;
  try {
    parsed = toml::parse(text);
  } catch (const toml::parse_error& error) {
    // The parser's own words are left out: they may quote a secret.
    return bad(error.source().begin.line, "ce n'est pas du TOML (nom = \"valeur\")",
               "this is not TOML (name = \"value\")");
  }
  std::vector<FileValue> values;
  for (const auto& [key, node] : parsed) {
    const unsigned line = node.source().begin.line;
    const std::optional<std::string> value = as_text(node);
    if (!value)
      return bad(line, "valeur attendue : un texte, un nombre ou une liste de textes",
                 "expected a text, a number or a list of texts");
    values.push_back({std::string(key.str()), *value, line});
  }
  return values;
}

}  // namespace monitora::config
