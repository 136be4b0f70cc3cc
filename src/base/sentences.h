// Where a text can be cut: sentences, words, graphemes (Unicode UAX 29, through ICU). Thread-safe.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace monitora {

// A part of a text, in bytes. Parts follow each other and cover the text; white space after a
// sentence is the sentence's.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool ends_paragraph = false;  // a blank line follows, or the text's end
};

// French and English. Abbreviations ("M.", "art.", "p. ex.", "n° 3.", "e.g.") and initials do not
// end a sentence; a line that is not simply wrapped (a list's item, a table's row) does.
std::vector<Span> split_sentences(std::string_view utf8);

// `span` in parts of at most `characters` code points: between words where possible, else between
// graphemes, else between code points.
std::vector<Span> split_long(std::string_view utf8, const Span& span, std::size_t characters);

}  // namespace monitora
