// UTF-8 (ours) and UTF-16 (what ODBC's wide functions and NVARCHAR speak).
//
// Exact both ways for every code point, NUL included. What is ill-formed becomes U+FFFD. Nothing
// here throws; all thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace monitora::sql::odbc {

std::u16string to_utf16(std::string_view utf8);
std::string to_utf8(std::u16string_view utf16);

// How many UTF-16 units the text needs.
std::size_t utf16_length(std::string_view utf8);

// Takes characters from the front of `utf8` into `out` while they fit, never half of one; answers
// the units written. 0 only at the end, when `out` holds two units or more.
std::size_t take_utf16(std::string_view& utf8, std::span<char16_t> out);

// UTF-16 that comes in parts, which may cut a surrogate pair.
class Utf16Parts {
 public:
  void add(std::u16string_view part, std::string& out);
  void finish(std::string& out);  // a high surrogate that waits for its other half gets none

 private:
  char16_t high_ = 0;
};

}  // namespace monitora::sql::odbc
