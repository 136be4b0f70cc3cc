// BM25 over the parts of a snapshot.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "retrieval/analyzer.h"
#include "retrieval/segment.h"

namespace monitora::retrieval {

// A question made ready for the parts of one snapshot.
class LexicalQuery {
 public:
  LexicalQuery(std::span<const Part> parts, const std::string& question);

  struct Term {
    float weight = 0;                                      // idf × times in the question
    std::vector<std::optional<LexicalIndex::TermId>> ids;  // by part
  };
  struct Word {
    std::string word;
    std::vector<std::string> terms;
    float idf = 0;      // of its most frequent form: how telling it is
    bool asks = false;  // "qui", "how": what is asked, not what about
  };
  const std::vector<Word>& words() const { return words_; }

  // BM25 of every chunk of part number `part`, 0 for deleted ones. `scores` is resized.
  void score(std::size_t part, std::vector<float>& scores) const;

 private:
  std::span<const Part> parts_;
  std::vector<Word> words_;
  std::vector<Term> terms_;
  float average_length_ = 1;
};

// Words by which a question asks, in French and English, folded.
bool is_question_word(const std::string& folded);

}  // namespace monitora::retrieval
