#include "domain/filename.h"

#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kMaxBytes = 200;
constexpr std::size_t kMaxExtension = 16;

bool is_unwanted(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
         c == 0x2028 || c == 0x2029;
}

bool is_forbidden(char32_t c) {  // by Windows, where people download the file again
  return c == '<' || c == '>' || c == ':' || c == '"' || c == '|' || c == '?' || c == '*';
}

}  // namespace

std::string file_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot - 1 > kMaxExtension) return {};
  return lower(name.substr(dot + 1));
}

std::string sanitize_filename(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);

  std::string safe;
  for (std::size_t at = 0; at < name.size();) {
    const char32_t c = next_character(name, at);
    if (is_unwanted(c)) continue;
    append_utf8(safe, is_forbidden(c) ? U'_' : c);
  }
  safe = collapse_spaces(safe);
  while (!safe.empty() && (safe.back() == '.' || safe.back() == ' ')) safe.pop_back();
  while (!safe.empty() && (safe.front() == '.' || safe.front() == ' ')) safe.erase(0, 1);
  if (safe.empty()) return "document";
  if (safe.size() <= kMaxBytes) return safe;

  const std::string extension = file_extension(safe);
  if (extension.empty()) return std::string(utf8_prefix(safe, kMaxBytes));
  const std::size_t room = kMaxBytes - extension.size() - 1;
  return std::string(utf8_prefix(safe, room)) + "." + extension;
}

}  // namespace monitora
