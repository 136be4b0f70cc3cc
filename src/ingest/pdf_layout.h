// From words with their places on a page to text in reading order: columns one after the other,
// table rows as "a | b | c", wrapped lines joined. Pure.
#pragma once

#include <string>
#include <vector>

namespace monitora::ingest {

// In points, y downwards.
struct Word {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  std::string text;
};

// A paragraph, or a run of table rows (one a line).
struct Paragraph {
  std::string text;
  double height = 0;  // of its letters' boxes: larger ones are headings
  bool is_table = false;
};

std::vector<Paragraph> lay_out(std::vector<Word> words);

// U+FB00–U+FB06 (ﬁ, ﬂ …) as letters; soft hyphens dropped.
std::string expand_ligatures(const std::string& text);

}  // namespace monitora::ingest
