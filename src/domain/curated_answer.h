// An answer that a person wrote for a question, given instead of the model's.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace monitora {

struct CuratedAnswer {
  static constexpr std::size_t kLongestQuestion = 1000;  // characters, of each wording
  static constexpr std::size_t kLongestAnswer = 8000;    // characters
  static constexpr std::size_t kMostVariants = 20;

  CuratedAnswerId id;
  std::string question;
  std::vector<std::string> variants;  // other wordings of the question
  std::string answer;
  bool is_enabled = true;
  int use_count = 0;  // how often it was given
  Time created_at;
  Time updated_at;

  // The question first, then the variants.
  std::vector<std::string> wordings() const {
    std::vector<std::string> all{question};
    all.insert(all.end(), variants.begin(), variants.end());
    return all;
  }
};

}  // namespace monitora
