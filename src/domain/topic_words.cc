#include "domain/topic_words.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

#include "base/text.h"

namespace monitora {
namespace {

using WordList = std::unordered_set<std::string_view>;

// Folded. Words of grammar, of asking and of politeness: they say nothing of a subject. Those of
// both languages are in both lists.
const WordList& french_words() {
  static const WordList words = {
      "a",        "ai",        "aie",       "ainsi",   "alors",    "apres",
      "as",       "au",        "aucun",     "aucune",  "aurais",   "aurait",
      "aussi",    "autre",     "autres",    "aux",     "avaient",  "avais",
      "avait",    "avant",     "avec",      "avez",    "avoir",    "avons",
      "beaucoup", "besoin",    "bien",      "bonjour", "bonsoir",  "c",
      "ca",       "car",       "ce",        "cela",    "celle",    "celui",
      "ces",      "cet",       "cette",     "chez",    "combien",  "comme",
      "comment",  "connaitre", "d",         "dans",    "de",       "depuis",
      "des",      "devez",     "dois",      "doit",    "donc",     "dont",
      "du",       "elle",      "elles",     "en",      "encore",   "entre",
      "es",       "est",       "et",        "etaient", "etais",    "etait",
      "ete",      "etes",      "etre",      "eu",      "faire",    "fait",
      "faites",   "faut",      "font",      "fut",     "hors",     "ici",
      "il",       "ils",       "j",         "jamais",  "je",       "jusqu",
      "l",        "la",        "laquelle",  "le",      "lequel",   "les",
      "lesquels", "leur",      "leurs",     "lors",    "lorsque",  "lui",
      "m",        "ma",        "mais",      "me",      "meme",     "merci",
      "mes",      "moi",       "moins",     "mon",     "n",        "ne",
      "ni",       "non",       "nos",       "notre",   "nous",     "on",
      "ont",      "or",        "ou",        "oui",     "par",      "parmi",
      "pas",      "pendant",   "peu",       "peut",    "peuvent",  "peux",
      "plait",    "plus",      "plusieurs", "pour",    "pourquoi", "pourrais",
      "pourriez", "pouvez",    "pouvoir",   "puis",    "qu",       "quand",
      "que",      "quel",      "quelle",    "quelles", "quels",    "qui",
      "quoi",     "s",         "sa",        "salut",   "sans",     "savoir",
      "se",       "sera",      "serait",    "ses",     "si",       "soit",
      "sommes",   "son",       "sont",      "sous",    "souhaite", "souhaiterais",
      "stp",      "suis",      "sur",       "svp",     "t",        "ta",
      "te",       "tes",       "toi",       "ton",     "toujours", "tous",
      "trouve",   "trouver",   "trouvent",  "appelle", "appeler",  "existe",
      "signifie", "permet",    "tout",      "toute",   "toutes",   "tres",
      "tu",       "un",        "une",       "vais",    "va",       "vers",
      "veut",     "veux",      "via",       "vont",    "vos",      "votre",
      "voudrais", "vouloir",   "vous",      "y"};
  return words;
}

const WordList& english_words() {
  static const WordList words = {
      "a",    "about",  "after", "all",    "also",  "am",    "an",     "and",  "any",    "are",
      "as",   "at",     "be",    "been",   "being", "but",   "by",     "can",  "could",  "did",
      "do",   "does",   "doing", "don",    "each",  "for",   "from",   "get",  "had",    "has",
      "have", "having", "he",    "hello",  "her",   "hey",   "hi",     "him",  "his",    "how",
      "i",    "if",     "in",    "into",   "is",    "it",    "its",    "just", "know",   "let",
      "like", "ll",     "long",  "many",   "may",   "me",    "might",  "more", "most",   "much",
      "must", "my",     "need",  "no",     "not",   "of",    "on",     "one",  "or",     "other",
      "our",  "out",    "over",  "please", "re",    "s",     "shall",  "she",  "should", "so",
      "some", "such",   "t",     "tell",   "than",  "thank", "thanks", "that", "the",    "their",
      "them", "then",   "there", "these",  "they",  "this",  "those",  "to",   "too",    "under",
      "up",   "us",     "use",   "ve",     "very",  "want",  "was",    "we",   "were",   "what",
      "when", "where",  "which", "who",    "whom",  "whose", "why",    "will", "with",   "would",
      "yes",  "you",    "your",  "yours"};
  return words;
}

bool is_number(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

bool can_name(const QuestionWord& word) {
  return word.folded.size() > 1 && !is_number(word.folded) &&
         !french_words().contains(word.folded) && !english_words().contains(word.folded);
}

// The language of most of its words of grammar; French when neither has more.
bool is_english(std::span<const QuestionWord> question) {
  int french = 0, english = 0;
  for (const QuestionWord& word : question) {
    french += french_words().contains(word.folded) ? 1 : 0;
    english += english_words().contains(word.folded) ? 1 : 0;
  }
  return english > french;
}

// As it would be written inside a sentence: the capital that opens one is not the word's own.
std::string inside_sentence(const std::string& word) {
  std::size_t first = 0;
  next_character(word, first);
  const std::string rest = word.substr(first);
  return fold_case(rest) == rest ? fold_case(word) : word;
}

// The commonest; of equals the one in small letters (they sort after capitals).
const std::string& commonest(const std::map<std::string, int>& counts) {
  const auto found =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
        return a.second < b.second || (a.second == b.second && a.first < b.first);
      });
  return found->first;
}

}  // namespace

bool names_something(std::span<const QuestionWord> question) {
  return std::ranges::any_of(question, can_name);
}

void TopicWords::add(std::size_t topic, std::span<const QuestionWord> question) {
  const bool english = is_english(question);
  Topic& here = topics_[topic];
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < question.size(); ++i) {
    const QuestionWord& word = question[i];
    const std::string& stem = english ? word.english_stem : word.french_stem;
    if (!can_name(word) || !seen.insert(stem).second) continue;
    Stem& entry = here.stems[stem];
    ++entry.questions;
    ++entry.surfaces[i == 0 ? inside_sentence(word.surface) : word.surface];
    ++entry.forms[word.folded];
    ++here.words;
    ++everywhere_[stem];
    ++words_;
  }
}

std::vector<DistinctiveWord> TopicWords::distinctive(std::size_t topic) const {
  const Topic& here = topics_[topic];
  const double average = static_cast<double>(words_) / static_cast<double>(topics_.size());
  std::vector<std::pair<double, const std::map<std::string, Stem>::value_type*>> ranked;
  for (const auto& stem : here.stems) {
    const double share = static_cast<double>(stem.second.questions) / here.words;
    ranked.emplace_back(share * std::log1p(average / everywhere_.at(stem.first)), &stem);
  }
  std::ranges::sort(ranked, [](const auto& a, const auto& b) {
    return a.first > b.first || (a.first == b.first && a.second->first < b.second->first);
  });
  std::vector<DistinctiveWord> words;
  for (const auto& [weight, stem] : ranked) {
    if (words.size() == kRanked) break;
    DistinctiveWord word{commonest(stem->second.surfaces), {}, weight};
    // The same word, stemmed as another language's, in questions whose language is not clear.
    const std::string folded = fold_accents(word.surface);
    const auto same = std::ranges::find_if(words, [&](const DistinctiveWord& other) {
      return std::ranges::find(other.forms, folded) != other.forms.end();
    });
    DistinctiveWord& into = same != words.end() ? *same : words.emplace_back(std::move(word));
    for (const auto& [form, times] : stem->second.forms) into.forms.push_back(form);
  }
  return words;
}

std::string topic_name(std::span<const DistinctiveWord> words, std::vector<std::string>& taken) {
  constexpr std::size_t kWords = 3, kLongest = 240;  // characters; a number may follow
  constexpr double kCounts = 0.4;                    // of the first word's weight
  std::string name;
  const auto is_free = [&] { return std::ranges::find(taken, fold_accents(name)) == taken.end(); };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool wanted = i < kWords && words[i].weight >= kCounts * words.front().weight;
    if (!wanted && is_free()) break;
    if (i > 0) name += ", ";
    name += words[i].surface;
  }
  if (name.empty()) name = "…";
  name = character_prefix(name, kLongest);
  for (int number = 2; !is_free(); ++number) {
    const auto end = name.rfind(" (");
    name = (end == std::string::npos ? name : name.substr(0, end)) + " (" + std::to_string(number) +
           ")";
  }
  taken.push_back(fold_accents(name));
  return name;
}

bool still_names(std::string_view name, std::span<const DistinctiveWord> words) {
  if (const auto number = name.rfind(" ("); number != std::string_view::npos)
    name = name.substr(0, number);
  for (const std::string_view part : split(name, ',')) {
    const std::string folded = fold_accents(trim(part));
    if (std::ranges::none_of(words, [&](const DistinctiveWord& word) {
          return std::ranges::find(word.forms, folded) != word.forms.end();
        }))
      return false;
  }
  return true;
}

}  // namespace monitora
