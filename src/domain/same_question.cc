#include "domain/same_question.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "domain/language.h"
#include "domain/question_lexicon.h"

namespace monitora {
namespace {

using Concept = QuestionLexicon::Concept;
using Token = QuestionMeaning::Token;

struct Delete {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};
using Stemmer = std::unique_ptr<sb_stemmer, Delete>;

Stemmer make_stemmer(std::string_view code) {
  return Stemmer(sb_stemmer_new(code == "en" ? "english" : "french", nullptr));
}

// Stemmers keep state: each thread has its own.
sb_stemmer* stemmer_of(std::string_view code) {
  thread_local const Stemmer french = make_stemmer("fr");
  thread_local const Stemmer english = make_stemmer("en");
  return code == "en" ? english.get() : french.get();
}

const QuestionLexicon& lexicon_of(std::string_view code) {
  static const QuestionLexicon french(kFrenchLexicon, make_stemmer("fr").get());
  static const QuestionLexicon english(kEnglishLexicon, make_stemmer("en").get());
  return code == "en" ? english : french;
}

struct Word {
  std::string folded;
  std::string number;    // empty: none
  bool is_name = false;  // has a capital where a sentence does not begin, or letters and digits
  bool first = false;    // of a sentence or clause
};

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

bool is_separator(char32_t c) {
  if (c < 0x80) return !(is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  return c == 0xA0 || c == 0xAB || c == 0xBB || c == 0xB0 || c == 0x3000 ||
         (c >= 0x2000 && c <= 0x206F);
}

constexpr std::array<std::pair<char32_t, std::string_view>, 4> kSymbols = {
    {{'%', "pourcent"}, {U'€', "euro"}, {'$', "dollar"}, {U'£', "livre sterling"}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 36> kNumberWords = {
    {{"deux", "2"},       {"trois", "3"},     {"quatre", "4"},    {"cinq", "5"},
     {"six", "6"},        {"sept", "7"},      {"huit", "8"},      {"neuf", "9"},
     {"dix", "10"},       {"onze", "11"},     {"douze", "12"},    {"treize", "13"},
     {"quinze", "15"},    {"vingt", "20"},    {"trente", "30"},   {"quarante", "40"},
     {"cinquante", "50"}, {"soixante", "60"}, {"cent", "100"},    {"mille", "1000"},
     {"two", "2"},        {"three", "3"},     {"four", "4"},      {"five", "5"},
     {"seven", "7"},      {"eight", "8"},     {"nine", "9"},      {"ten", "10"},
     {"eleven", "11"},    {"twelve", "12"},   {"fifteen", "15"},  {"twenty", "20"},
     {"thirty", "30"},    {"fifty", "50"},    {"hundred", "100"}, {"thousand", "1000"}}};

// Numbers and their units are written together or apart: "24h", "24 h".
constexpr std::array<std::string_view, 24> kUnits = {
    "h",  "min", "s",  "j",  "kg", "g",  "mg", "ml", "cl", "l",  "km",  "m",
    "cm", "mm",  "ko", "mo", "go", "to", "kb", "mb", "gb", "tb", "ans", "k"};

class Words {
 public:
  static std::vector<Word> of(std::string_view question) {
    Words words;
    const std::string text = nfkc(question) + ' ';
    for (std::size_t at = 0; at < text.size();) {
      const char32_t c = next_character(text, at);
      words.take(c, at < text.size() ? text[at] : ' ');
    }
    words.join_thousands();
    return std::move(words.words_);
  }

 private:
  void take(char32_t c, char next) {
    const bool decimal = (c == '.' || c == ',') && !word_.empty() && is_digit(word_.back()) &&
                         is_digit(static_cast<unsigned char>(next));
    if (decimal) {
      word_ += '.';
    } else if (!is_separator(c)) {
      append_utf8(word_, c);
    } else {
      finish();
      for (const auto& [symbol, name] : kSymbols)
        if (c == symbol) words_.push_back({std::string(name), {}, false, false});
      if (c == '.' || c == '?' || c == '!' || c == ':' || c == ';' || c == ',') first_ = true;
    }
  }

  void finish() {
    if (word_.empty()) return;
    Word word;
    word.folded = fold_accents(word_);
    // "où" asks for a place, "ou" joins; without accents only its place tells.
    if (word.folded == "ou" && !first_ && fold_case(word_) == "ou") word.folded = "oubien";
    const bool has_capital = fold_case(word_) != word_;
    word.first = first_;
    const std::size_t digits = word.folded.find_first_not_of("0123456789.");
    if (digits == std::string::npos) {
      word.number = word.folded;
    } else if (digits > 0 &&
               std::ranges::find(kUnits, word.folded.substr(digits)) != kUnits.end()) {
      words_.push_back(
          {word.folded.substr(0, digits), word.folded.substr(0, digits), false, first_});
      word.folded.erase(0, digits);
    } else {
      const bool has_digit = word.folded.find_first_of("0123456789") != std::string::npos;
      word.is_name = has_digit || (has_capital && !first_ && word_ != "I");
      for (const auto& [name, number] : kNumberWords)
        if (word.folded == name) word.number = number;
    }
    words_.push_back(std::move(word));
    word_.clear();
    first_ = false;
  }

  // "5 000" is one number.
  void join_thousands() {
    for (std::size_t i = 0; i + 1 < words_.size();) {
      Word& left = words_[i];
      const Word& right = words_[i + 1];
      if (left.number == left.folded && right.number == right.folded && left.folded.size() <= 3 &&
          right.folded.size() == 3 && (left.folded + right.folded).find('.') == std::string::npos &&
          !left.folded.empty()) {
        left.number = left.folded += right.folded;
        words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      } else {
        ++i;
      }
    }
  }

  std::vector<Word> words_;
  std::string word_;
  bool first_ = true;
};

bool one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

bool is_infinitive(std::string_view word) {
  return word.size() > 3 && (word.ends_with("er") || word.ends_with("ir") || word.ends_with("re"));
}

bool opens_a_question(std::string_view word) {
  return word.starts_with("quel") ||
         one_of(word, {"comment", "combien", "ou", "quand", "quoi", "que", "qu", "pourquoi", "qui",
                       "how", "what", "which", "when", "where", "why", "who"});
}

char owner_of(std::string_view word) {
  if (one_of(word, {"mon", "ma", "mes", "my"})) return 1;
  if (one_of(word, {"votre", "vos", "ton", "ta", "tes", "your"})) return 2;
  return 0;
}

class Reader {
 public:
  Reader(std::string_view language, const std::vector<Word>& words)
      : lexicon_(lexicon_of(language)), words_(words) {
    meaning_.language = language;
    for (const Word& word : words)
      forms_.push_back({word.folded, stem_of(stemmer_of(language), word.folded)});
  }

  QuestionMeaning read() {
    for (std::size_t at = 0; at < words_.size();) at = read_at(at);
    for (const Token& token : meaning_.tokens)
      meaning_.said.insert(meaning_.said.end(), token.concepts.begin(), token.concepts.end());
    return std::move(meaning_);
  }
  int unknown() const { return unknown_; }

 private:
  std::size_t read_at(std::size_t at) {
    const Word& word = words_[at];
    if (opens_a_question(word.folded)) meaning_.asks_openly = true;
    if (const char owner = owner_of(word.folded)) owner_ = owner;
    if (one_of(word.folded, {"en", "to", "into", "vers"})) turns_into_ = true;
    if (one_of(word.folded, {"je", "j", "me", "m", "moi", "i"})) meaning_.actors.push_back(1);
    const bool to_whom = word.folded == "qui" && at > 0 && words_[at - 1].folded == "a";
    if ((word.folded == "ou" || to_whom) && asks_where_to(at)) {
      push({{lexicon_.find("where")}, "ou"});
      return at + 1;
    }
    // "livret A", "vitamine C"
    const bool letter = word.folded.size() == 1 && word.is_name;
    if (!letter && !is_one(at)) {
      const auto match = lexicon_.longest(std::span(forms_).subspan(at));
      if (match.words > 1 || (match.words == 1 && word.number.empty())) return take(match, at);
    }
    if (!word.number.empty()) return push({{}, word.number, true, true}), at + 1;
    if (is_one(at)) return push({{}, "1", true, true}), at + 1;
    if (word.folded.size() == 1 && !letter) return at + 1;
    ++unknown_;
    push({{}, forms_[at].stem, false, word.is_name});
    return at + 1;
  }

  std::size_t take(const QuestionLexicon::Match& match, std::size_t at) {
    const std::size_t end = at + match.words;
    for (std::size_t i = at + 1; i < end; ++i) {
      if (opens_a_question(words_[i].folded)) meaning_.asks_openly = true;
      if (const char owner = owner_of(words_[i].folded)) owner_ = owner;
    }
    std::string words = forms_[at].stem;
    for (std::size_t i = at + 1; i < end; ++i) words += ' ' + forms_[i].stem;
    for (const QuestionLexicon::Meaning& any : match.meanings) {
      if (any.front() == QuestionLexicon::kSmallWord) continue;
      push({any, words, false, words_[at].is_name});
      words += '+';
    }
    return end;
  }

  // "un mois", but not "un colis".
  bool is_one(std::size_t at) const {
    return one_of(words_[at].folded, {"un", "une", "one"}) && at + 1 < words_.size() &&
           one_of(words_[at + 1].folded, {"mois", "an", "annee", "jour", "journee", "heure",
                                          "semaine", "minute", "nuit", "kilo", "litre", "metre",
                                          "euro", "month", "year", "day", "hour", "week", "night"});
  }

  // "où trouver", "où puis-je acheter": asks how as much as where.
  bool asks_where_to(std::size_t at) const {
    for (std::size_t next = at + 1; next < words_.size() && next < at + 5; ++next) {
      if (is_infinitive(words_[next].folded) && !one_of(words_[next].folded, {"etre", "votre"}))
        return true;
      if (!one_of(words_[next].folded,
                  {"puis", "peut", "peux", "je", "on", "dois", "faut", "il", "pouvons", "nous",
                   "me", "se", "s", "m", "l", "le", "la", "les"}))
        return false;
    }
    return false;
  }

  void push(Token token) {
    const bool acts =
        std::ranges::any_of(token.concepts, [&](Concept each) { return lexicon_.acts(each); });
    token.owner = std::exchange(owner_, 0);
    token.is_target = std::exchange(turns_into_, false);
    if (acts)
      meaning_.actors.push_back(token.concepts.front() + 10);
    else if (token.owner == 1)
      meaning_.actors.push_back(1);
    meaning_.tokens.push_back(std::move(token));
  }

  const QuestionLexicon& lexicon_;
  const std::vector<Word>& words_;
  std::vector<QuestionLexicon::Word> forms_;
  QuestionMeaning meaning_;
  char owner_ = 0;
  bool turns_into_ = false;
  int unknown_ = 0;
};

bool same_token(const QuestionLexicon& lexicon, const Token& one, const Token& other) {
  if (one.is_number || other.is_number)
    return one.is_number && other.is_number && one.word == other.word;
  if (one.is_name && other.is_name && one.word != other.word) return false;
  if (one.concepts.empty() != other.concepts.empty()) return one.word == other.word;
  if (one.concepts.empty())
    return one.is_name || other.is_name ? one.word == other.word
                                        : same_family(one.word, other.word);
  if (one.word == other.word) return true;
  return std::ranges::any_of(one.concepts, [&](Concept each) {
    return !lexicon.has_no_synonyms(each) &&
           std::ranges::find(other.concepts, each) != other.concepts.end();
  });
}

class Comparison {
 public:
  Comparison(const QuestionMeaning& one, const QuestionMeaning& other)
      : one_(one), other_(other), lexicon_(lexicon_of(one.language)) {
    not_ = lexicon_.find("not");
    needed_ = lexicon_.find("needed");
    where_ = lexicon_.find("where");
  }

  std::string difference() {
    if (one_.language != other_.language) return "language";
    std::string left;
    std::vector<Concept> extra_here, extra_there;  // what may be left out
    if (left = left_over(one_, other_, extra_here); !left.empty()) return left;
    if (left = left_over(other_, one_, extra_there); !left.empty()) return left;
    for (const Concept here : extra_here)
      for (const Concept there : extra_there)
        if (lexicon_.excludes(here, there) || (here == there && lexicon_.has_no_synonyms(here)))
          return "each says more";
    if (implied_here_ && implied_there_) return "each says more";
    if (matched_ == 0) return "nothing in common";
    if (!same_numbers()) return "numbers";
    if (!same_order(one_.actors, other_.actors)) return "who does it to whom";
    if (!same_order(entities(one_), entities(other_)) || !same_targets()) return "order";
    if (has(one_, not_) && has(other_, not_) && !same_negation()) return "what is denied";
    return {};
  }

 private:
  static bool has(const QuestionMeaning& meaning, Concept id) {
    return std::ranges::find(meaning.said, id) != meaning.said.end();
  }

  static bool means(const Token& token, Concept id) {
    return std::ranges::find(token.concepts, id) != token.concepts.end();
  }

  std::string left_over(const QuestionMeaning& here, const QuestionMeaning& there,
                        std::vector<Concept>& extra) {
    for (const Token& token : here.tokens) {
      const bool optional = std::ranges::any_of(
          token.concepts, [&](Concept each) { return lexicon_.may_be_left_out(each); });
      bool found = false, same_owner = false;
      for (const Token& each : there.tokens) {
        if (!same_token(lexicon_, token, each)) continue;
        found = true;
        same_owner |= token.owner == 0 || each.owner == 0 || token.owner == each.owner;
      }
      if (found) {
        if (!same_owner) return "whose: " + name(token);
        if (!optional) ++matched_;
        continue;
      }
      if (means(token, needed_) && here.asks_openly) continue;
      if (means(token, where_) && token.concepts.size() == 1 && there.asks_openly) continue;
      if (optional) {
        extra.insert(extra.end(), token.concepts.begin(), token.concepts.end());
        continue;
      }
      if (!implied(token, there)) return name(token);
      (&here == &one_ ? implied_here_ : implied_there_) = true;
    }
    return {};
  }

  bool implied(const Token& token, const QuestionMeaning& by) const {
    for (const Concept unsaid : token.concepts)
      for (const Concept said : by.said)
        if (lexicon_.implies(said, unsaid)) return true;
    return false;
  }

  std::string name(const Token& token) const {
    return token.concepts.empty() ? token.word
                                  : token.word + " (" + lexicon_.name(token.concepts.front()) + ")";
  }

  static std::vector<std::string> numbers(const QuestionMeaning& meaning) {
    std::vector<std::string> all;
    for (const Token& token : meaning.tokens)
      if (token.is_number) all.push_back(token.word);
    std::ranges::sort(all);
    return all;
  }
  bool same_numbers() const { return numbers(one_) == numbers(other_); }

  static std::vector<std::string> entities(const QuestionMeaning& meaning) {
    std::vector<std::string> all;
    for (const Token& token : meaning.tokens)
      if (token.is_number || token.is_name) all.push_back(token.word);
    return all;
  }

  // Of what both name, which comes first.
  template <class T>
  static bool same_order(std::vector<T> one, std::vector<T> other) {
    const auto keep_common = [](std::vector<T>& list, const std::vector<T>& common) {
      std::vector<T> kept;
      for (const T& each : list)
        if (std::ranges::find(common, each) != common.end() &&
            std::ranges::find(kept, each) == kept.end())
          kept.push_back(each);
      list = std::move(kept);
    };
    const std::vector<T> first = one;
    keep_common(one, other);
    keep_common(other, first);
    return one == other;
  }

  // "euros en dollars": what it is turned into, where both say.
  bool same_targets() const {
    bool any_here = false, any_there = false;
    for (const Token& here : one_.tokens)
      for (const Token& there : other_.tokens) {
        any_here |= here.is_target;
        any_there |= there.is_target;
        if (here.is_target && there.is_target && same_token(lexicon_, here, there)) return true;
      }
    return !any_here || !any_there;
  }

  bool same_negation() const {
    const auto neighbours = [&](const QuestionMeaning& meaning) {
      std::pair<const Token*, const Token*> around;
      for (std::size_t i = 0; i < meaning.tokens.size(); ++i) {
        if (!means(meaning.tokens[i], not_)) continue;
        around.first = i > 0 ? &meaning.tokens[i - 1] : nullptr;
        around.second = i + 1 < meaning.tokens.size() ? &meaning.tokens[i + 1] : nullptr;
        break;
      }
      return around;
    };
    const auto alike = [&](const Token* one, const Token* other) {
      return one == nullptr || other == nullptr || same_token(lexicon_, *one, *other);
    };
    const auto here = neighbours(one_), there = neighbours(other_);
    return alike(here.first, there.first) || alike(here.second, there.second);
  }

  const QuestionMeaning& one_;
  const QuestionMeaning& other_;
  const QuestionLexicon& lexicon_;
  Concept not_ = 0, needed_ = 0, where_ = 0;
  int matched_ = 0;
  bool implied_here_ = false, implied_there_ = false;
};

}  // namespace

QuestionMeaning question_meaning(std::string_view question) {
  const std::vector<Word> words = Words::of(question);
  const std::string_view detected = detect_language(question);
  Reader first(detected == "en" ? "en" : "fr", words);
  QuestionMeaning meaning = first.read();
  if (!detected.empty()) return meaning;
  Reader second("en", words);
  QuestionMeaning english = second.read();
  return second.unknown() < first.unknown() ? english : meaning;
}

std::string question_difference(const QuestionMeaning& one, const QuestionMeaning& other) {
  return Comparison(one, other).difference();
}

}  // namespace monitora
