#include "storage/text_search.h"

#include <fmt/format.h>

#include "base/text.h"

namespace monitora::storage {

std::string contains_clause(const sql::Dialect& dialect, std::string_view column) {
  if (dialect.database() == sql::Database::sqlserver)
    return fmt::format("{} COLLATE Latin1_General_CI_AI LIKE ? ESCAPE '\\'", column);
  return fmt::format("monitora_fold({}) LIKE ? ESCAPE '\\'", column);
}

std::string contains_pattern(std::string_view words) {
  // Databases limit the length of a pattern (SQL Server: 4,000 characters); folding can make it
  // longer.
  constexpr std::size_t kMostCharacters = 500;
  std::string pattern = "%";
  for (const char c : fold_accents(character_prefix(words, kMostCharacters))) {
    // `[` begins a class on SQL Server.
    if (c == '%' || c == '_' || c == '[' || c == '\\') pattern += '\\';
    pattern += c;
  }
  pattern += '%';
  return pattern;
}

}  // namespace monitora::storage
