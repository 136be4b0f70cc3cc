#include "storage/text_search.h"

#include <fmt/format.h>

#include "base/text.h"

namespace monitora::storage {

std::string contains_clause(sql::Database database, std::string_view column) {
  if (database == sql::Database::sqlserver)
    return fmt::format("{} COLLATE Latin1_General_CI_AI LIKE ?", column);
  return fmt::format("monitora_fold({}) LIKE ? ESCAPE '\\'", column);
}

std::string searched_words(std::string_view words) {
  // Databases limit the length of a pattern (SQL Server: 4,000 characters); folding can make it
  // longer.
  constexpr std::size_t kMostCharacters = 500;
  return fold_accents(character_prefix(words, kMostCharacters));
}

std::string contains_pattern(sql::Database database, std::string_view words) {
  std::string pattern = "%";
  for (const char c : searched_words(words)) {
    if (database == sql::Database::sqlserver) {
      // A class of one character: `[` begins one, and Babelfish overlooks ESCAPE in places.
      const bool special = c == '%' || c == '_' || c == '[';
      pattern += special ? fmt::format("[{}]", c) : std::string(1, c);
    } else {
      if (c == '%' || c == '_' || c == '\\') pattern += '\\';
      pattern += c;
    }
  }
  pattern += '%';
  return pattern;
}

}  // namespace monitora::storage
