#include "domain/language.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace monitora {
namespace {

// The most frequent words of each language that the other does not share (so no "on", "a", "plus").
constexpr std::array kFrench = {
    "au",     "aux",     "avec",  "avez",  "ce",       "ces",   "cette",   "comment", "combien",
    "dans",   "de",      "des",   "du",    "elle",     "en",    "est",     "et",      "etes",
    "faire",  "faut",    "il",    "je",    "la",       "le",    "les",     "leur",    "ma",
    "mais",   "mes",     "mon",   "ne",    "nous",     "notre", "ou",      "où",      "par",
    "pas",    "peut",    "peux",  "pour",  "pourquoi", "puis",  "quand",   "que",     "quel",
    "quelle", "quelles", "quels", "qui",   "sa",       "ses",   "son",     "sont",    "sur",
    "un",     "une",     "vos",   "votre", "vous",     "y",     "bonjour", "merci",   "livraison",
    "retour", "délai",   "prix"};
constexpr std::array kEnglish = {
    "about", "and",    "any",      "are",      "be",     "been", "by",   "can",   "do",   "does",
    "for",   "from",   "get",      "has",      "have",   "how",  "i",    "if",    "in",   "is",
    "it",    "long",   "many",     "much",     "my",     "not",  "of",   "or",    "our",  "should",
    "that",  "the",    "there",    "they",     "this",   "to",   "was",  "we",    "were", "what",
    "when",  "where",  "which",    "who",      "why",    "will", "with", "would", "you",  "your",
    "hello", "thanks", "delivery", "shipping", "return", "price"};

bool is_letter_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string_view detect_language(std::string_view utf8) {
  const std::string text = fold_case(utf8_prefix(utf8, 4000));
  int french = 0;
  int english = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_letter_byte(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_letter_byte(text[end])) ++end;
    std::string_view word(text.data() + at, end - at);
    // "l'Espagne", "d’un": an elision before an apostrophe is French ("it's", "don't" are not of
    // one letter).
    const bool apostrophe = end < text.size() && text[end] == '\'';
    const std::size_t curly = word.find("\u2019");
    if (curly != std::string_view::npos) word = word.substr(0, curly);
    if ((apostrophe || curly != std::string_view::npos) && (word.size() == 1 || word == "qu") &&
        word != "i")
      french += 2;
    else if (contains(kFrench, word))
      ++french;
    else if (contains(kEnglish, word))
      ++english;
    if (word.find("\u00E9") != std::string_view::npos ||
        word.find("\u00E8") != std::string_view::npos ||
        word.find("\u00EA") != std::string_view::npos ||
        word.find("\u00E7") != std::string_view::npos ||
        word.find("\u00E0") != std::string_view::npos)
      ++french;
    at = end;
  }
  if (french > english) return "fr";
  return english > french ? "en" : "";
}

std::string answer_language(std::string_view configured, std::string_view question,
                            std::string_view fallback) {
  if (configured == "fr" || configured == "en") return std::string(configured);
  const std::string_view detected = detect_language(question);
  if (!detected.empty()) return std::string(detected);
  return fallback == "en" ? "en" : "fr";
}

}  // namespace monitora
