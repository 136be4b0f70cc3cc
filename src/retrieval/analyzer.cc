#include "retrieval/analyzer.h"

#include <libstemmer.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <array>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"

namespace monitora::retrieval {
namespace {

enum class Kind : std::uint8_t { separator, letter, mark, unspaced };

// What a character is to the tokeniser, and what it becomes: case folded and, in alphabets where an
// accent is often left out, without it.
struct CharacterClass {
  Kind kind = Kind::separator;
  std::string folded;    // UTF-8
  std::string accented;  // case folded only
};

bool is_droppable_mark(char32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x064B && c <= 0x065F) ||
         c == 0x0670 ||                                // Arabic vowels
         c == 0x0640 || (c >= 0x0591 && c <= 0x05C7);  // tatweel; Hebrew points
}

bool is_unspaced(char32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return true;
    default:
      return c == 0x30FC;  // the prolonged sound mark of kana, whose script is "common"
  }
}

CharacterClass classify(char32_t c) {
  const auto u = static_cast<UChar32>(c);
  CharacterClass out;
  if (is_droppable_mark(c)) {
    out.kind = Kind::mark;
    return out;
  }
  const int mask = U_GET_GC_MASK(u);
  if ((mask & (U_GC_L_MASK | U_GC_N_MASK | U_GC_MN_MASK | U_GC_MC_MASK)) == 0) return out;
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc_fold = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(error);
  if (U_FAILURE(error)) return out;
  icu::UnicodeString plain;
  const icu::UnicodeString cased = nfkc_fold->normalize(icu::UnicodeString(u), error);
  cased.toUTF8String(out.accented);
  const icu::UnicodeString split = nfd->normalize(cased, error);
  for (int32_t i = 0; i < split.length(); i = split.moveIndex32(i, 1))
    if (!is_droppable_mark(static_cast<char32_t>(split.char32At(i))))
      plain.append(split.char32At(i));
  icu::Normalizer2::getNFCInstance(error)->normalize(plain, error).toUTF8String(out.folded);
  if (U_FAILURE(error) || out.folded.empty()) return out;
  out.kind = is_unspaced(c) ? Kind::unspaced : Kind::letter;
  return out;
}

// The alphabets of most text, worked out once.
constexpr char32_t kTableSize = 0x0700;
const CharacterClass& class_of(char32_t c, CharacterClass& scratch) {
  static const auto table = [] {
    auto all = std::make_unique<std::array<CharacterClass, kTableSize>>();
    for (char32_t i = 0; i < kTableSize; ++i) (*all)[i] = classify(i);
    return all;
  }();
  if (c < kTableSize) return (*table)[c];
  scratch = classify(c);
  return scratch;
}

constexpr char kFrenchStem = '\1';
constexpr char kEnglishStem = '\2';
constexpr char kPrefix = '\3';
constexpr std::size_t kPrefixCharacters = 5;

constexpr std::size_t kLongestFunctionWord = 5;
const std::unordered_map<std::string_view, TextLanguage>& function_words() {
  using enum TextLanguage;
  static const std::unordered_map<std::string_view, TextLanguage> words = [] {
    std::unordered_map<std::string_view, TextLanguage> all;
    for (std::string_view w :
         {"le",   "la",   "les",   "un",  "une",  "des",  "du",    "et",  "est",   "dans", "que",
          "qui",  "pour", "par",   "sur", "avec", "ce",   "cette", "au",  "aux",   "sont", "pas",
          "vous", "nous", "votre", "vos", "ou",   "il",   "elle",  "ils", "son",   "ses",  "sa",
          "leur", "plus", "etre",  "ete", "dont", "mais", "ne",    "se",  "comme", "de",   "a"})
      all.emplace(w, french);
    for (std::string_view w :
         {"the",  "of",  "and",  "to",   "in",   "is",    "that", "for",  "with",  "as",   "was",
          "are",  "by",  "be",   "this", "from", "at",    "it",   "or",   "which", "were", "has",
          "have", "had", "not",  "its",  "you",  "your",  "we",   "our",  "their", "they", "his",
          "but",  "an",  "been", "will", "can",  "these", "if",   "when", "may",   "who",  "he"})
      all.emplace(w, english);
    return all;
  }();
  return words;
}

std::string stem(sb_stemmer* stemmer, const std::string& word) {
  const auto* out = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(word.data()),
                                    static_cast<int>(word.size()));
  return out ? std::string(reinterpret_cast<const char*>(out),
                           static_cast<std::size_t>(sb_stemmer_length(stemmer)))
             : word;
}

}  // namespace

void for_each_word(std::string_view utf8, const std::function<void(const Word&)>& each) {
  CharacterClass scratch;
  Word word;
  Word previous;        // a character of an unspaced script
  bool paired = false;  // it has been part of a pair
  const auto end_word = [&] {
    if (!word.folded.empty()) each(word);
    word.folded.clear();
    word.accented.clear();
    if (!previous.folded.empty() && !paired) each(previous);
    previous.folded.clear();
    paired = false;
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t from = at;
    const char32_t c = next_character(utf8, at);
    const CharacterClass& what = class_of(c, scratch);
    switch (what.kind) {
      case Kind::mark:
        word.to = at;
        break;
      case Kind::separator:
        end_word();
        break;
      case Kind::letter:
        if (!previous.folded.empty()) end_word();
        if (word.folded.empty()) word.from = from;
        if (word.folded.size() + what.folded.size() <= Analyzer::kMaxWordBytes) {
          word.folded += what.folded;
          word.accented += what.accented;
          word.to = at;
        }
        break;
      case Kind::unspaced:
        if (!word.folded.empty()) end_word();
        if (!previous.folded.empty()) {
          const std::string pair = previous.folded + what.folded;
          each({pair, pair, previous.from, at});
          paired = true;
        }
        previous = {what.folded, what.folded, from, at};
        break;
    }
  }
  end_word();
}

TextLanguage detect_language(const std::vector<Word>& words) {
  std::size_t french = 0, english = 0;
  for (const Word& word : words) {
    if (word.folded.size() > kLongestFunctionWord) continue;
    const auto found = function_words().find(word.folded);
    if (found == function_words().end()) continue;
    ++(found->second == TextLanguage::french ? french : english);
  }
  // A language's function words are 30 to 50 % of its running text, 10 % of a list or a table;
  // other languages share a few of them ("de", "la", "in").
  const std::size_t most = std::max(french, english), least = std::min(french, english);
  if (most * 8 < words.size() || most < least * 2 || most == 0) return TextLanguage::other;
  return french > english ? TextLanguage::french : TextLanguage::english;
}

struct Analyzer::Stemmers {
  sb_stemmer* french = sb_stemmer_new("french", nullptr);
  sb_stemmer* english = sb_stemmer_new("english", nullptr);
  // Words repeat: remembered conflations save most calls. Cleared when full.
  std::array<std::unordered_map<std::string, std::string>, 3> known;

  ~Stemmers() {
    sb_stemmer_delete(french);
    sb_stemmer_delete(english);
  }
};

Analyzer::Analyzer() : stemmers_(std::make_unique<Stemmers>()) {}
Analyzer::~Analyzer() = default;

Analyzer& Analyzer::of_thread() {
  thread_local Analyzer analyzer;
  return analyzer;
}

std::string Analyzer::conflate(const Word& word, TextLanguage language) {
  if (language == TextLanguage::other)
    return kPrefix + std::string(character_prefix(word.folded, kPrefixCharacters));
  constexpr std::size_t kMaxKnown = 20'000;
  auto& known = stemmers_->known[static_cast<std::size_t>(language)];
  if (const auto found = known.find(word.accented); found != known.end()) return found->second;
  if (known.size() >= kMaxKnown) known.clear();
  const bool french = language == TextLanguage::french;
  // Stemmers go by accents ("expédiées", "expédier"); what is left is folded, for those who do not
  // type them.
  std::string out =
      (french ? kFrenchStem : kEnglishStem) +
      fold_accents(stem(french ? stemmers_->french : stemmers_->english, word.accented));
  return known.emplace(word.accented, std::move(out)).first->second;
}

void Analyzer::chunk_terms(std::string_view utf8, std::vector<std::string>& terms) {
  std::vector<Word> words;
  for_each_word(utf8, [&](const Word& word) { words.push_back(word); });
  const TextLanguage language = detect_language(words);
  terms.clear();
  terms.reserve(words.size() * 2);
  for (Word& word : words) {
    terms.push_back(conflate(word, language));
    terms.push_back(std::move(word.folded));
  }
}

std::vector<Analyzer::QueryWord> Analyzer::question_words(std::string_view utf8) {
  std::vector<QueryWord> out;
  std::unordered_map<std::string, std::size_t> seen;
  for_each_word(utf8, [&](const Word& word) {
    if (const auto found = seen.find(word.folded); found != seen.end()) {
      ++out[found->second].count;
      return;
    }
    if (out.size() == kMaxQueryWords) return;
    seen.emplace(word.folded, out.size());
    QueryWord query{word.folded, {}, 1};
    for (const auto language : {TextLanguage::french, TextLanguage::english, TextLanguage::other})
      query.forms.push_back(conflate(word, language));
    out.push_back(std::move(query));
  });
  return out;
}

}  // namespace monitora::retrieval
