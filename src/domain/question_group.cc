#include "domain/question_group.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/crypto.h"
#include "base/text.h"
#include "domain/question.h"

namespace monitora {
namespace {

// French and English, folded, sorted. Neither negations nor words that ask (when, where, how much).
constexpr std::array<std::string_view, 93> kSayNothing = {
    "a",     "ai",    "am",   "an",      "and",     "are",   "as",    "at",     "au",     "aux",
    "avez",  "avoir", "be",   "bonjour", "bonsoir", "c",     "can",   "ce",     "ces",    "cet",
    "cette", "could", "d",    "de",      "des",     "do",    "does",  "donc",   "du",     "elle",
    "en",    "es",    "est",  "et",      "etes",    "etre",  "for",   "have",   "hello",  "hi",
    "i",     "il",    "in",   "is",      "it",      "j",     "je",    "l",      "la",     "le",
    "les",   "m",     "ma",   "me",      "merci",   "mes",   "moi",   "mon",    "my",     "nos",
    "notre", "nous",  "of",   "on",      "peut",    "peux",  "plait", "please", "pouvez", "puis",
    "qu",    "que",   "quel", "quelle",  "quelles", "quels", "s",     "ses",    "si",     "son",
    "sont",  "stp",   "svp",  "thanks",  "the",     "to",    "un",    "une",    "vos",    "votre",
    "vous",  "what",  "your"};

bool says_nothing(std::string_view word) {
  return std::binary_search(kSayNothing.begin(), kSayNothing.end(), word);
}

bool is_separator(char32_t c) {
  if (c < 0x80)
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
  // Typographic punctuation and spaces.
  return c == 0xA0 || c == 0xAB || c == 0xBB || c == 0x202F || (c >= 0x2000 && c <= 0x206F);
}

// The singular of a plural in -s or -x; numbers and short words stay.
void to_singular(std::string& word) {
  if (word.size() > 3 && (word.ends_with('s') || word.ends_with('x'))) word.pop_back();
}

}  // namespace

std::string question_group(std::string_view question) {
  const std::string folded = fold_accents(question) + ' ';
  std::set<std::string> words;
  std::string word;
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t c = next_character(folded, at);
    if (!is_separator(c)) {
      append_utf8(word, c);
      continue;
    }
    if (!word.empty() && !says_nothing(word)) {
      to_singular(word);
      words.insert(word);
    }
    word.clear();
  }
  std::string signature;
  for (const std::string& each : words) signature += each + ' ';
  if (signature.empty()) signature = normalised_question(question);
  return sha256_hex(signature).substr(0, 32);
}

}  // namespace monitora
