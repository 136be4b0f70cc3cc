// Whether two questions ask the same: the check behind the cosine of their embeddings, which is as
// high for "délai de livraison en France" and "… en Suisse" as for two wordings of one question.
//
// A question is taken apart into what it is about: concepts (words that mean the same in questions,
// question_lexicon.h), numbers, and words as they are, by their stems. Two questions ask the same
// when nothing of either is left over that the other has not, in the same roles. When in doubt they
// do not. French and English. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace monitora {

struct QuestionMeaning {
  struct Token {
    std::vector<std::uint16_t> concepts;  // any of these; none: the word itself
    std::string word;                     // its stem, or the digits of a number
    bool is_number = false;
    bool is_name = false;    // written with capitals or digits
    bool is_target = false;  // of "en", "vers", "to"
    char owner = 0;          // 1 mine, 2 yours; 0 nobody said
  };
  std::string language;             // fr or en
  std::vector<Token> tokens;        // in order
  std::vector<std::uint16_t> said;  // all concepts
  std::vector<int> actors;          // 1 the asker, others 10 and their concept; in order
  bool asks_openly = false;         // with a question word, not for yes or no
};

QuestionMeaning question_meaning(std::string_view question);

// What keeps them apart, for people; empty when they ask the same.
std::string question_difference(const QuestionMeaning& one, const QuestionMeaning& other);

inline bool same_question(std::string_view one, std::string_view other) {
  return question_difference(question_meaning(one), question_meaning(other)).empty();
}

}  // namespace monitora
