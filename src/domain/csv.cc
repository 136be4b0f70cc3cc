#include "domain/csv.h"

#include "base/text.h"

namespace monitora {
namespace {

bool is_formula(std::string_view text) {
  if (text.starts_with('\t') || text.starts_with('\r')) return true;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    // White space, what cannot be seen, and byte order marks are skipped by some spreadsheets.
    if (c <= 0x20 || c == 0x7F || c == 0xA0 || c == 0xFEFF || c == 0x3000 ||
        (c >= 0x2000 && c <= 0x200F))
      continue;
    return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xFF1D || c == 0xFF0B ||
           c == 0xFF0D || c == 0xFF20;
  }
  return false;
}

}  // namespace

void append_csv_cell(std::string& line, std::string_view text) {
  line += '"';
  if (is_formula(text)) line += '\'';
  for (const char c : text) {
    if (c == '"') line += '"';
    if (c != '\0') line += c;
  }
  line += '"';
}

}  // namespace monitora
