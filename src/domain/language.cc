#include "domain/language.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace monitora {
namespace {

// Function words: frequent in any text of the language and rare in the other. Words of both
// ("on", "a", "dans"/"in" lookalikes such as "or", "me", "son") are left out. Sorted.
constexpr std::array<std::string_view, 88> kFrench = {
    "ai",     "alors", "après",  "au",     "aucun",  "aussi",   "autre",  "aux",     "avec",    "avez",
    "avoir",  "bonjour", "c'est", "ce",    "cela",   "ces",     "cet",    "cette",   "chez",    "comme",
    "comment", "d'un", "d'une",  "dans",   "de",     "delai",   "depuis", "des",     "dois",    "donc",
    "du",     "elle",  "elles",  "en",     "est",    "et",      "faire",  "faut",    "il",      "ils",
    "j'ai",   "je",    "la",     "le",     "les",    "leur",    "lors",   "ma",      "mais",    "merci",
    "mes",    "mon",   "ne",     "nos",    "notre",  "nous",    "où",     "par",     "pas",     "peut",
    "peux",   "pour",  "pourquoi", "qu'il", "quand", "que",     "quel",   "quelle",  "quelles", "quels",
    "qui",    "quoi",  "sa",     "sans",   "ses",    "si",      "sont",   "sous",    "sur",     "tous",
    "tout",   "très",  "un",     "une",    "vers",   "vos",     "votre",  "vous"};
constexpr std::array<std::string_view, 83> kEnglish = {
    "about", "after", "all",   "also",  "an",    "and",   "any",   "are",    "as",    "at",    "be",
    "because", "been", "but",  "by",    "can",   "could", "did",   "do",     "does",  "each",  "for",
    "from",  "get",   "had",   "has",   "have",  "he",    "hello", "her",    "his",   "how",   "i",
    "i'm",   "if",    "in",    "into",  "is",    "it",    "its",   "may",    "more",  "my",    "no",
    "not",   "of",    "only",  "or",    "our",   "out",   "she",   "should", "so",    "some",  "than",
    "that",  "the",   "their", "them",  "there", "these", "they",  "this",   "those", "to",    "was",
    "we",    "were",  "what",  "when",  "where", "which", "who",   "why",    "will",  "with",  "without",
    "would", "you",   "your",  "been",  "thanks", "shall"};

bool is_one_of(const auto& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' || c == U'\u2019' ||
         (c >= 0xC0 && c <= 0x24F) || (c >= 0x370 && c <= 0x1FFF) || c >= 0x2C00;
}

struct Counts {
  int words = 0;
  int french = 0;
  int english = 0;
  int french_letters = 0;
};

void count_word(const std::string& raw, Counts& counts) {
  std::string word = fold_case(raw);
  while (!word.empty() && word.front() == '\'') word.erase(0, 1);
  while (!word.empty() && word.back() == '\'') word.pop_back();
  if (word.empty()) return;
  ++counts.words;
  // French elision: l'article, d'abord, qu'on, s'il.
  const std::size_t apostrophe = word.find('\'');
  const bool elided = apostrophe != std::string::npos &&
                      is_one_of(std::array<std::string_view, 9>{"l", "d", "qu", "s", "n", "j", "c", "m", "t"},
                                std::string_view(word).substr(0, apostrophe)) &&
                      apostrophe + 1 < word.size();
  if (elided || is_one_of(kFrench, word)) ++counts.french;
  if (!elided && (is_one_of(kEnglish, word) || word.ends_with("'s") || word.ends_with("n't"))) {
    ++counts.english;
  }
  for (std::string_view letter : {"é", "è", "ê", "à", "ç", "ù", "û", "î", "ô", "œ"}) {
    if (word.find(letter) != std::string::npos) {
      ++counts.french_letters;
      break;
    }
  }
}

}  // namespace

Language detect_language(std::string_view utf8) {
  const std::string_view text = utf8_prefix(utf8, 20'000);
  Counts counts;
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    if (is_letter(c)) {
      append_utf8(word, c == U'\u2019' ? U'\'' : c);
    } else {
      count_word(word, counts);
      word.clear();
    }
  }
  count_word(word, counts);

  // An accented letter is weak evidence: Spanish and Portuguese write most of them too.
  const double french = counts.french + 0.4 * counts.french_letters;
  const double english = counts.english;
  const double best = std::max(french, english);
  // In running text of either language a third of the words are function words; a title has fewer.
  if (best == 0 || best / counts.words < 0.12) return Language::other;
  return french > english ? Language::french : Language::english;
}

std::string_view language_code(Language language) {
  switch (language) {
    case Language::french: return "fr";
    case Language::english: return "en";
    case Language::other: return "";
  }
  return "";
}

}  // namespace monitora
