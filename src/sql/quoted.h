// Names in statements that are put together, as standard SQL quotes them (SQLite, PostgreSQL).
#pragma once

#include <string>
#include <string_view>

namespace monitora::sql {

// a"b → "a""b", with the quotes.
inline std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace monitora::sql
