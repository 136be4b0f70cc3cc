#include "domain/question.h"

#include <algorithm>
#include <array>

#include "base/crypto.h"
#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kMaxQueryCharacters = 600;

// Words of the folded question; an apostrophe separates.
std::vector<std::string> words_of(std::string_view question) {
  std::vector<std::string> words;
  std::string word;
  const std::string folded = fold_accents(question);
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t c = next_character(folded, at);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                        (c >= 0x80 && c != 0x2019 && c != 0xA0 && c != 0xBB && c != 0xAB);
    if (letter)
      append_utf8(word, c);
    else if (!word.empty())
      words.push_back(std::move(word)), word.clear();
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

template <class Words>
bool contains(const Words& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array kConnectors = {"et",  "mais", "sinon", "alors", "ou",   "and",
                                    "but", "or",   "then",  "so",    "also", "aussi"};
constexpr std::array kPointers = {"ca",    "cela", "ceci", "celui", "celle", "ceux", "celles",
                                  "il",    "elle", "ils",  "elles", "en",    "y",    "lui",
                                  "leur",  "it",   "that", "this",  "they",  "them", "those",
                                  "these", "one",  "meme", "same",  "idem",  "la"};
// Words that say nothing on their own; what is left of a question are its own words.
constexpr std::array kEmpty = {
    "a",    "ai",   "au",    "aux",   "avec",  "c",    "ce",        "combien", "comment", "d",
    "dans", "de",   "des",   "du",    "est",   "et",   "faut",      "je",      "l",       "le",
    "les",  "mais", "me",    "mon",   "n",     "ne",   "on",        "ou",      "par",     "pas",
    "peut", "peux", "pour",  "qu",    "quand", "que",  "quel",      "quelle",  "quelles", "quels",
    "qui",  "quoi", "s",     "si",    "sont",  "sur",  "un",        "une",     "vous",    "t",
    "the",  "an",   "and",   "are",   "but",   "can",  "do",        "does",    "for",     "how",
    "i",    "in",   "is",    "long",  "many",  "much", "my",        "of",      "or",      "to",
    "what", "when", "where", "which", "who",   "why",  "with",      "you",     "about",   "then",
    "so",   "also", "aussi", "alors", "sinon", "long", "longtemps", "cout",    "coute"};

}  // namespace

std::string normalised_question(std::string_view question) {
  std::string text = collapse_spaces(fold_case(nfkc(question)));
  const auto is_final = [](char c) {
    return c == '?' || c == '!' || c == '.' || c == ' ' || c == ',' || c == ';' || c == ':';
  };
  while (!text.empty()) {
    if (is_final(text.back()))
      text.pop_back();
    else if (text.ends_with("\u2026"))
      text.resize(text.size() - 3);
    else
      break;
  }
  return text;
}

std::string question_hash(std::string_view question) {
  return sha256_hex(normalised_question(question));
}

bool is_follow_up(std::string_view question) {
  const std::vector<std::string> words = words_of(question);
  if (words.empty()) return true;  // "?": only what came before can say
  std::size_t own = 0;
  bool points_back = false;
  for (const std::string& word : words) {
    const bool pointer = contains(kPointers, word);
    points_back |= pointer;
    own += !pointer && !contains(kEmpty, word);
  }
  if (contains(kConnectors, words.front()) && own <= 4) return true;
  return (points_back && own <= 2) || own <= 1;
}

std::string search_query(std::string_view question, const std::vector<std::string>& earlier) {
  if (earlier.empty() || !is_follow_up(question)) return std::string(question);
  std::size_t from = earlier.size();
  while (from > 0) {
    --from;
    if (!is_follow_up(earlier[from])) break;
  }
  std::string query;
  // The first and the latest say most; what lies between is left out when it grows too long.
  for (std::size_t i = from; i < earlier.size(); ++i)
    if (i == from || count_characters(query) + count_characters(earlier[i]) < kMaxQueryCharacters)
      query += std::string(character_prefix(earlier[i], kMaxQueryCharacters)) + ' ';
  return query + std::string(question);
}

}  // namespace monitora
