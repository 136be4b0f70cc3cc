// Text → the words that a topic can be named by.
#pragma once

#include <string_view>
#include <vector>

#include "domain/topic_words.h"

namespace monitora {

class WordReader {
 public:
  virtual ~WordReader() = default;
  // In order. Thread-safe.
  virtual std::vector<QuestionWord> words(std::string_view text) = 0;
};

}  // namespace monitora
