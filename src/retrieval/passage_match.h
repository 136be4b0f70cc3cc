// How much of a question's words a passage has: read from the passage's text, for the few passages
// that the indexes propose. All values are shares 0…1 of the question's information (idf of its
// words and their stems); words that ask ("qui", "how") do not count.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "retrieval/lexical_search.h"

namespace monitora::retrieval {

struct PassageMatch {
  float passage = 0;   // anywhere in the passage
  float sentence = 0;  // in its best sentence
  float letters = 0;   // by runs of five characters: inflections, compounds and typing errors
};

// Made once a question. Not thread-safe.
class PassageMatcher {
 public:
  explicit PassageMatcher(const LexicalQuery& query);
  PassageMatch match(std::string_view content);
  // Whether the question has any word that tells something.
  bool has_words() const { return total_ > 0; }

 private:
  struct Form {
    float weight = 0;
    std::size_t seen_in_sentence =
        0;  // the last sentence where it was seen, counted over all passages
    std::size_t seen_in_passage = 0;
  };
  struct Gram {
    float weight = 0;
    std::size_t seen_in_passage = 0;
  };
  // Most words of a passage have nothing to do with the question: one look at their first bytes
  // says so, most of the time, without a search in a map.
  class Filter {
   public:
    void add(std::string_view bytes, std::size_t first) { bits_.set(place(bytes, first)); }
    bool may_have(std::string_view bytes, std::size_t first) const {
      return bits_.test(place(bytes, first));
    }

   private:
    static std::size_t place(std::string_view bytes, std::size_t first);
    std::bitset<8192> bits_;
  };
  Filter word_filter_;
  Filter gram_filter_;
  std::unordered_map<std::string, Form> forms_;
  std::unordered_map<std::string_view, Gram> grams_;
  std::vector<std::string> gram_texts_;  // what grams_ views; complete before grams_ is filled
  std::vector<float> gram_weights_;
  float total_ = 0;
  float gram_total_ = 0;
  std::size_t sentences_ = 0;
  std::size_t passages_ = 0;
};

}  // namespace monitora::retrieval
