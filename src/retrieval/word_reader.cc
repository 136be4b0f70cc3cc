#include "retrieval/word_reader.h"

#include "retrieval/analyzer.h"

namespace monitora::retrieval {
namespace {

class StemmedWords final : public WordReader {
 public:
  std::vector<QuestionWord> words(std::string_view text) override {
    Analyzer& analyzer = Analyzer::of_thread();
    std::vector<QuestionWord> found;
    for_each_word(text, [&](const Word& word) {
      found.push_back({std::string(text.substr(word.from, word.to - word.from)), word.folded,
                       analyzer.conflate(word, TextLanguage::french),
                       analyzer.conflate(word, TextLanguage::english)});
    });
    return found;
  }
};

}  // namespace

std::unique_ptr<WordReader> make_word_reader() {
  return std::make_unique<StemmedWords>();
}

}  // namespace monitora::retrieval
