// Text → terms for the lexical index.
//
// A word (a run of letters and digits) gives two terms: itself, case and accents folded, and a
// conflated form that depends on the language of the whole text: its Snowball stem in French or
// English, its first five characters in any other language (a prefix conflates inflections of most
// European languages about as well as a stemmer does). Questions are too short to tell their
// language, so they are expanded to every conflated form; a chunk has only those of its own
// language, so each word is counted twice whatever the pair. Scripts without spaces (Han, kana,
// Thai, Lao, Khmer, Burmese) give overlapping pairs of characters.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace monitora::retrieval {

enum class TextLanguage : std::uint8_t { other, french, english };

// A word as the index has it: case folded, without accents; and with them, for the stemmers.
struct Word {
  std::string folded;
  std::string accented;
  std::size_t from = 0, to = 0;  // its bytes in the text
};

// By the share of function words; `other` when neither language is clear.
TextLanguage detect_language(const std::vector<Word>& words);

// The words of `utf8` in order; a pair of characters counts as a word. Ill-formed bytes separate.
void for_each_word(std::string_view utf8, const std::function<void(const Word&)>& each);

class Analyzer {
 public:
  Analyzer();
  ~Analyzer();
  Analyzer(const Analyzer&) = delete;
  Analyzer& operator=(const Analyzer&) = delete;

  // The calling thread's own: stemmers keep state, so an Analyzer is not thread-safe.
  static Analyzer& of_thread();

  // Terms of a chunk, in order, repetitions included; two a word. Cleared first.
  void chunk_terms(std::string_view utf8, std::vector<std::string>& terms);

  // The conflated form of a word in a text of that language.
  std::string conflate(const Word& word, TextLanguage language);

  // One word of a question and the forms of which a chunk that has the word has one.
  struct QueryWord {
    std::string word;                // folded
    std::vector<std::string> forms;  // its conflated forms, one a language
    int count = 1;                   // times in the question
  };
  // Distinct words of a question, at most `kMaxQueryWords`, in order of appearance.
  std::vector<QueryWord> question_words(std::string_view utf8);

  static constexpr std::size_t kMaxQueryWords = 64;
  static constexpr std::size_t kMaxWordBytes = 64;  // longer words are cut

 private:
  struct Stemmers;
  std::unique_ptr<Stemmers> stemmers_;
};

}  // namespace monitora::retrieval
