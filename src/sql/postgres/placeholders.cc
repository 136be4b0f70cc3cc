#include "sql/postgres/postgres.h"

namespace monitora::sql {
namespace {

// Where what begins at `at` ends: a string, a quoted name, a comment, or one character.
std::size_t end_of_token(std::string_view text, std::size_t at) {
  const auto after = [&](std::size_t found, std::size_t length) {
    return found == std::string_view::npos ? text.size() : found + length;
  };
  const char c = text[at];
  if (c == '\'' || c == '"') return after(text.find(c, at + 1), 1);  // '' is two strings: the same
  if (text.substr(at, 2) == "--") return after(text.find('\n', at), 1);
  if (text.substr(at, 2) == "/*") return after(text.find("*/", at + 2), 2);
  return at + 1;
}

}  // namespace

std::string numbered_placeholders(std::string_view statement) {
  std::string out;
  out.reserve(statement.size() + 32);
  int number = 0;
  for (std::size_t at = 0; at < statement.size();) {
    const std::size_t end = end_of_token(statement, at);
    if (statement[at] == '?')
      out += '$' + std::to_string(++number);
    else
      out += statement.substr(at, end - at);
    at = end;
  }
  return out;
}

}  // namespace monitora::sql
