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

  struct Word {
    std::string word;
    std::vector<std::string> forms;
    float word_idf = 0;  // by the chunks that have the word itself
    float form_idf = 0;  // by the chunks that have any of its forms
    bool asks = false;   // "qui", "how": what is asked, not what about
  };
  const std::vector<Word>& words() const { return words_; }

  // BM25 of every chunk of part number `part`, 0 for deleted ones. `scores` is resized. From 5,000
  // chunks on, words that more than a tenth of them have are left out unless there is no other.
  void score(std::size_t part, std::vector<float>& scores) const;

 private:
  struct Term {
    float weight = 0;                                      // idf × times in the question
    std::vector<std::optional<LexicalIndex::TermId>> ids;  // by part
  };
  // Looks `text` up in every part; returns the number of live chunks that have it.
  std::size_t look_up(const std::string& text, Term& term) const;

  void leave_out_frequent();
  static bool has_postings(const Term& term);

  std::span<const Part> parts_;
  std::vector<Word> words_;
  std::vector<Term> terms_;
  std::vector<bool> frequent_;  // beside terms_ while they are made
  float average_length_ = 1;
};

// Words by which a question asks, in French and English, folded.
bool is_question_word(const std::string& folded);

}  // namespace monitora::retrieval
