// The [1], [2] of an answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/conversation.h"
#include "domain/passage.h"

namespace monitora {

// Lets streamed text through but for citations of sources that do not exist: a [9] of eight
// passages is dropped, so that no reader is sent nowhere. Text is held back only from a '[' to
// where it is decided (at most 8 bytes). Not thread-safe.
class CitationFilter {
 public:
  explicit CitationFilter(int sources) : sources_(sources) {}
  // What may be shown now of what was received so far.
  std::string push(std::string_view text);
  std::string finish();

 private:
  int sources_;
  std::string held_;
};

// What people see of the passages that an answer was given, numbered from 1.
std::vector<Source> sources_of(const std::vector<Passage>& passages);

}  // namespace monitora
