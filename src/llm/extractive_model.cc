#include "llm/extractive_model.h"

#include <fmt/format.h>
#include <libstemmer.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "base/sentences.h"
#include "base/text.h"
#include "domain/language.h"

namespace monitora::llm {
namespace {

constexpr std::size_t kPassages = 5;  // further down there is rarely an answer
constexpr std::size_t kQuotes = 3;
constexpr std::size_t kMostCharacters = 900;  // of all quotes together
constexpr std::size_t kLongestSentence = 500;
constexpr double kRankBonus = 0.25;  // of the first passage; halves at each further one
constexpr double kHeadingShare =
    0.6;  // a word in the heading counts that much of one in the sentence
constexpr double kFigureBonus = 1.4;  // for a sentence with a figure when one is asked for
constexpr double kLeastOfBest = 0.7;  // further quotes reach this share of the best one's weight

// Words that say what is asked rather than what about.
const std::set<std::string, std::less<>>& empty_words() {
  static const std::set<std::string, std::less<>> words = {
      "les",     "des",   "une",  "que",  "qui",   "quel", "quelle", "quels", "quelles",
      "est",     "sont",  "pour", "dans", "avec",  "sur",  "par",    "pas",   "vous",
      "nous",    "mon",   "mes",  "ses",  "votre", "vos",  "notre",  "nos",   "comment",
      "combien", "quand", "peut", "puis", "faut",  "aux",  "cette",  "ces",   "the",
      "and",     "for",   "are",  "what", "which", "when", "where",  "how",   "does",
      "can",     "you",   "your", "our",  "this",  "that", "with",   "from",  "who",
      "why",     "has",   "have", "avez", "avoir", "etre", "être",   "faire"};
  return words;
}

// Different words for one thing that people ask in one word and tables name in another.
std::string one_of_its_kind(std::string stem) {
  constexpr std::string_view kPrices[] = {"cout", "prix", "tarif", "cost", "price"};
  const bool price = std::find(std::begin(kPrices), std::end(kPrices), stem) != std::end(kPrices);
  return price ? "prix" : stem;
}

bool is_of_a_word(char32_t c) {
  if (c < 0x80) return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');  // folded
  return u_isalnum(static_cast<UChar32>(c));
}

// The question's words by their stems, and which of them a text has.
class Question {
 public:
  explicit Question(const std::string& question)
      : stemmer_(sb_stemmer_new(
            answer_language("auto", question, "fr") == "en" ? "english" : "french", "UTF_8")) {
    for_each_word(question, [&](const std::string& word) {
      if (empty_words().contains(word)) return;
      const std::string stem = stem_of(word);
      if (stem.empty() || std::find(stems_.begin(), stems_.end(), stem) != stems_.end()) return;
      stems_.push_back(stem);
      initials_.insert(stem.front());
    });
    if (std::find(stems_.begin(), stems_.end(), "prix") != stems_.end())
      initials_.insert({'c', 'p', 't'});
  }
  ~Question() { sb_stemmer_delete(stemmer_); }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  std::size_t size() const { return stems_.size(); }

  // The numbers of the question's words that `text` has.
  std::vector<bool> found_in(std::string_view text) {
    std::vector<bool> found(stems_.size());
    for_each_word(text, [&](const std::string& word) {
      if (!may_begin(word)) return;
      const std::string& stem = known_stem_of(word);
      for (std::size_t i = 0; i < stems_.size(); ++i)
        if (stem == stems_[i] || inflects(stems_[i], stem)) found[i] = true;
    });
    return found;
  }

 private:
  template <class Each>
  static void for_each_word(std::string_view text, const Each& each) {
    std::string word;
    const std::string folded = fold_case(nfkc(text));
    for (std::size_t at = 0; at <= folded.size();) {
      const char32_t c = at < folded.size() ? next_character(folded, at) : (++at, U' ');
      if (is_of_a_word(c)) {
        append_utf8(word, c);
      } else {
        if (word.size() >= 3 || (!word.empty() && u_isdigit(word[0]))) each(word);
        word.clear();
      }
    }
  }

  // Most words begin like none of the question's: they need no stem.
  bool may_begin(const std::string& word) const {
    return static_cast<unsigned char>(word.front()) >= 0x80 || initials_.contains(word.front());
  }

  // "livrez" is stemmed to "livr", "livrons" not: the stem with a short ending is the word.
  static bool inflects(const std::string& stem, const std::string& other) {
    constexpr std::size_t kLeastStem = 4, kLongestEnding = 3;
    return stem.size() >= kLeastStem && other.size() <= stem.size() + kLongestEnding &&
           other.starts_with(stem);
  }

  std::string stem_of(const std::string& word) const {
    const auto* stem = sb_stemmer_stem(stemmer_, reinterpret_cast<const sb_symbol*>(word.data()),
                                       static_cast<int>(word.size()));
    if (stem == nullptr) return {};
    return one_of_its_kind(fold_accents({reinterpret_cast<const char*>(stem),
                                         static_cast<std::size_t>(sb_stemmer_length(stemmer_))}));
  }
  const std::string& known_stem_of(const std::string& word) {
    const auto [known, is_new] = known_.try_emplace(word);
    if (is_new) known->second = stem_of(word);
    return known->second;
  }

  sb_stemmer* stemmer_;
  std::vector<std::string> stems_;
  std::set<char> initials_;
  std::unordered_map<std::string, std::string> known_;
};

struct Candidate {
  std::size_t passage;
  std::size_t order;  // among all sentences
  std::string text;
  double weight = 0;
};

bool is_question(const std::string& sentence) {
  return !sentence.empty() && sentence.back() == '?';
}

// A heading announces what the next sentence says: short, and without the punctuation that ends a
// sentence or the marks of a table's row.
bool is_heading(const std::string& sentence) {
  constexpr std::size_t kLongestHeading = 60;
  return count_characters(sentence) <= kLongestHeading &&
         sentence.find_first_of(".!?;:|") == std::string::npos &&
         sentence.find("…") == std::string::npos;
}

std::vector<std::string> sentences_of(const std::string& text) {
  std::vector<std::string> sentences;
  for (const Span& span : split_sentences(text)) {
    std::string sentence =
        collapse_spaces(std::string_view(text).substr(span.begin, span.end - span.begin));
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

// Which figure the answer holds, in French and English.
enum class Figure { none, any, money };

Figure figure_asked(const std::string& question) {
  constexpr std::string_view kMoney[] = {
      "combien coute", "combien vaut",  "prix",        "tarif", "cout",
      "how much is",   "how much does", "how much do", "price", "cost"};
  constexpr std::string_view kAny[] = {"combien",    "quand",    "delai",    "horaire",
                                       "quel poids", "date",     "how much", "quelle annee",
                                       "how many",   "how long", "when",     "opening hours"};
  const std::string folded = fold_accents(fold_case(question));
  const auto has = [&](std::string_view words) { return folded.find(words) != std::string::npos; };
  if (std::any_of(std::begin(kMoney), std::end(kMoney), has)) return Figure::money;
  return std::any_of(std::begin(kAny), std::end(kAny), has) ? Figure::any : Figure::none;
}

bool has_figure(const std::string& sentence, Figure kind) {
  constexpr std::string_view kCurrencies[] = {"€", "$", "£", "CHF", "EUR", "USD", "GBP", "euro"};
  return std::any_of(sentence.begin(), sentence.end(),
                     [](char c) { return c >= '0' && c <= '9'; }) &&
         (kind != Figure::money ||
          std::any_of(std::begin(kCurrencies), std::end(kCurrencies), [&](std::string_view sign) {
            return sentence.find(sign) != std::string::npos;
          }));
}

bool is_row(const std::string& sentence) {
  return sentence.find(" | ") != std::string::npos;
}

// Every row of a table is about what its columns are named: the first row's number for each that
// follows it, the sentence's own for all else.
std::vector<std::size_t> columns_of(const std::vector<Candidate>& sentences) {
  std::vector<std::size_t> columns(sentences.size());
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const bool follows = i > 0 && sentences[i - 1].passage == sentences[i].passage &&
                         is_row(sentences[i - 1].text) && is_row(sentences[i].text);
    columns[i] = follows ? columns[i - 1] : i;
  }
  return columns;
}

// A question or a heading in the text stands for the sentence after it.
void pass_on_announcements(std::vector<Candidate>& candidates,
                           const std::vector<Passage>& passages) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const bool last_of_passage =
        i + 1 == candidates.size() || candidates[i + 1].passage != candidates[i].passage;
    const bool heading =
        is_heading(candidates[i].text) ||
        passages[candidates[i].passage].place.heading.ends_with(candidates[i].text);
    if (!is_question(candidates[i].text) && (last_of_passage || !heading)) continue;
    if (!last_of_passage && !is_question(candidates[i + 1].text))
      candidates[i + 1].weight = std::max(candidates[i + 1].weight, candidates[i].weight);
    candidates[i].weight = 0;
  }
}

// Every sentence of the first passages with what it weighs for the question.
std::vector<Candidate> weigh(const std::string& text, const std::vector<Passage>& passages) {
  Question question(text);
  std::vector<Candidate> candidates;
  std::vector<std::vector<bool>> words;
  std::vector<std::vector<bool>> headings;
  for (std::size_t i = 0; i < std::min(passages.size(), kPassages); ++i) {
    headings.push_back(question.found_in(passages[i].place.heading + ' ' + passages[i].filename));
    for (std::string& sentence : sentences_of(passages[i].content)) {
      words.push_back(question.found_in(sentence));
      candidates.push_back({i, candidates.size(), std::move(sentence)});
    }
  }
  std::vector<double> rarity(question.size());
  double all = 0;
  for (std::size_t w = 0; w < rarity.size(); ++w) {
    const auto holders =
        std::count_if(words.begin(), words.end(), [&](const auto& in) { return in[w]; });
    rarity[w] =
        std::log(1.0 + static_cast<double>(words.size()) / (1.0 + static_cast<double>(holders)));
    all += rarity[w];
  }
  const Figure figure = figure_asked(text);
  const std::vector<std::size_t> columns = columns_of(candidates);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    const std::vector<bool>& named = words[columns[i]];
    double match = 0;
    for (std::size_t w = 0; w < rarity.size(); ++w) {
      if (words[i][w])
        match += rarity[w];
      else if (named[w] || headings[candidate.passage][w])
        match += rarity[w] * kHeadingShare;
    }
    if (match <= 0) continue;
    candidate.weight = match / all + kRankBonus / static_cast<double>(1 << candidate.passage);
    if (figure != Figure::none && has_figure(candidate.text, figure))
      candidate.weight *= kFigureBonus;
  }
  pass_on_announcements(candidates, passages);
  return candidates;
}

}  // namespace

std::vector<Quote> choose_quotes(const std::string& question,
                                 const std::vector<Passage>& passages) {
  std::vector<Candidate> candidates = weigh(question, passages);
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.weight > b.weight; });
  std::vector<Candidate> chosen;
  std::vector<std::size_t> passage_order;  // the one with the best quote first
  std::size_t characters = 0;
  for (Candidate& candidate : candidates) {
    if (chosen.size() == kQuotes || candidate.weight <= 0) break;
    if (!chosen.empty() && candidate.weight < chosen.front().weight * kLeastOfBest) break;
    const std::size_t size = count_characters(candidate.text);
    if (!chosen.empty() && characters + size > kMostCharacters) continue;
    if (std::any_of(chosen.begin(), chosen.end(),
                    [&](const Candidate& c) { return c.text == candidate.text; }))
      continue;
    characters += size;
    passage_order.push_back(candidate.passage);
    chosen.push_back(std::move(candidate));
  }
  const auto rank = [&](const Candidate& candidate) {
    return std::pair(std::find(passage_order.begin(), passage_order.end(), candidate.passage) -
                         passage_order.begin(),
                     candidate.order);
  };
  std::sort(chosen.begin(), chosen.end(),
            [&](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  std::vector<Quote> quotes;
  for (Candidate& candidate : chosen) {
    std::string text(character_prefix(candidate.text, kLongestSentence));
    if (text.size() < candidate.text.size()) text += "…";
    quotes.push_back({static_cast<int>(candidate.passage) + 1, std::move(text)});
  }
  return quotes;
}

std::unique_ptr<ChatCall> ExtractiveModel::start(ChatRequest request,
                                                 std::shared_ptr<ChatListener> listener) {
  class Ended final : public ChatCall {
    void cancel() override {}
  };
  const bool english = request.language == "en";
  std::vector<Quote> quotes = choose_quotes(request.question, request.passages);
  if (quotes.empty() && !request.passages.empty()) {
    // No word in common (the question may be in another language): the beginning of the best
    // passage.
    const std::string text = collapse_spaces(request.passages.front().content);
    const std::string_view beginning = character_prefix(text, kLongestSentence);
    quotes.push_back({1, std::string(beginning) + (beginning.size() < text.size() ? "…" : "")});
  }
  listener->on_token(english ? "Extract from the documents:" : "Extrait des documents :");
  for (const Quote& quote : quotes)
    listener->on_token(english ? fmt::format("\n\n“{}” [{}]", quote.text, quote.passage)
                               : fmt::format("\n\n« {} » [{}]", quote.text, quote.passage));
  ChatUsage usage;
  usage.model = "extract";
  usage.extract = true;
  listener->on_done(usage);
  return std::make_unique<Ended>();
}

}  // namespace monitora::llm
