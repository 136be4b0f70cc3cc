// Words of questions that mean the same, as far as people who ask shops, town halls, clinics,
// insurers … use them: what a synonym is in a question need not be one elsewhere.
//
// One concept a line, `name: form, form, …`; a form is one word or several ("mot passe"). Forms are
// written without accents; small words of class `-` may stand between the words of a form. A form
// in several concepts means any of them; the longest form that fits is taken. Never put what
// visitors tell apart (before and after, to buy and to sell, France and Suisse) into one concept:
// words that no line knows are compared as they are, so leaving a word out costs an answer from the
// cache, and a wrong synonym costs a wrong answer.
//   -: …               small words, without a meaning of their own
//   ~name: …           may be left out: the question without it asks the same
//   ?name: …           may be left out, but its words are no synonyms
//   @name: …           somebody or something that acts: the order of two of them counts
//   + form: name name  a form that means several concepts at once (none: as a small word)
//   !name name         of two that may be left out: not one in each question
//   >name name         the first implies the second: who says the first need not say the second
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

struct sb_stemmer;

namespace monitora {

extern const std::string_view kFrenchLexicon;
extern const std::string_view kEnglishLexicon;

// Reads one of the texts above. Immutable once made.
class QuestionLexicon {
 public:
  using Concept = std::uint16_t;
  static constexpr Concept kSmallWord = 0;
  using Meaning = std::vector<Concept>;  // any of these; of a small word, kSmallWord alone
  struct Word {
    std::string folded;
    std::string stem;
  };
  struct Match {
    std::size_t words = 0;          // of the text, small ones between included; 0: unknown
    std::vector<Meaning> meanings;  // one a token that they stand for
  };

  QuestionLexicon(std::string_view text, sb_stemmer* stemmer);

  // The longest form that the text begins with. A word as it is written goes before another of its
  // stem, and that before one of its family ("expédiez" has not the stem of "expédier").
  Match longest(std::span<const Word> text) const;
  bool may_be_left_out(Concept concept_id) const { return optional_[concept_id]; }
  bool has_no_synonyms(Concept concept_id) const { return distinct_[concept_id]; }
  bool acts(Concept concept_id) const { return acting_[concept_id]; }
  bool implies(Concept said, Concept unsaid) const;
  bool excludes(Concept one, Concept other) const;
  const std::string& name(Concept concept_id) const { return names_[concept_id]; }
  // 0, which no text names as anything else, when there is none of this name.
  Concept find(std::string_view name) const;

 private:
  struct Form {
    std::vector<Word> words;
    std::vector<Meaning> meanings;
  };

  Concept id_of(std::string_view name);
  void add(std::string_view form, const std::vector<Meaning>& meanings, sb_stemmer* stemmer);
  const std::vector<Meaning>* meaning_of(const Word& word) const;  // null: unknown
  bool is_small(const Word& word) const;
  std::size_t length_of(const Form& form, std::span<const Word> text, bool exactly) const;

  std::unordered_map<std::string, std::vector<Meaning>> words_;
  std::unordered_map<std::string, std::vector<Meaning>> stems_;
  std::unordered_map<std::string, std::vector<std::string>> families_;  // stems by their beginning
  std::unordered_map<std::string, std::vector<Form>> forms_;  // of several words, by the first stem
  std::vector<std::string> names_{"-"};
  std::unordered_map<std::string, Concept> ids_;
  std::vector<bool> optional_{false};
  std::vector<bool> distinct_{false};
  std::vector<bool> acting_{false};
  std::vector<std::pair<Concept, Concept>> implied_;
  std::vector<std::pair<Concept, Concept>> excluded_;
};

// The stem of a folded word.
std::string stem_of(sb_stemmer* stemmer, const std::string& word);
// Whether two stems are forms of one word: a long common beginning, and endings of inflection.
bool same_family(std::string_view one, std::string_view other);

}  // namespace monitora
