// UTF-8 text. Lengths are in bytes unless the name says characters (Unicode code points).
// Nothing here throws; all thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace monitora {

bool is_utf8(std::string_view text);  // well-formed, no surrogates, nothing over U+10FFFF
// Each ill-formed sequence becomes one U+FFFD.
std::string to_utf8(std::string_view text);
std::size_t count_characters(std::string_view utf8);
// The longest prefix of at most `bytes` bytes that does not cut a character.
std::string_view utf8_prefix(std::string_view utf8, std::size_t bytes);
// The longest prefix of at most `characters` characters.
std::string_view character_prefix(std::string_view utf8, std::size_t characters);

// The code point at `at` (which it moves on); ill-formed bytes are U+FFFD, one byte each.
char32_t next_character(std::string_view utf8, std::size_t& at);
void append_utf8(std::string& out, char32_t c);

std::string nfkc(std::string_view utf8);          // Unicode normalisation form KC
std::string fold_case(std::string_view utf8);     // full case folding
std::string fold_accents(std::string_view utf8);  // NFKD without combining marks, case folded, NFKC
std::string lower(std::string_view ascii);        // A–Z only

std::string_view trim(std::string_view text);  // ASCII white space at both ends
std::string collapse_spaces(
    std::string_view utf8);  // runs of Unicode white space become one space; trimmed
std::vector<std::string_view> split(std::string_view text, char separator);
bool is_blank(std::string_view utf8);  // nothing but Unicode white space and controls

}  // namespace monitora
