#include "llm/extractive_model.h"

#include <fmt/format.h>
#include <libstemmer.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

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

// Stems of the words that carry meaning. Not thread-safe, made for one answer.
class Stems {
 public:
  explicit Stems(std::string_view language)
      : stemmer_(sb_stemmer_new(language == "en" ? "english" : "french", "UTF_8")) {}
  ~Stems() { sb_stemmer_delete(stemmer_); }
  Stems(const Stems&) = delete;
  Stems& operator=(const Stems&) = delete;

  std::set<std::string> of(std::string_view text) const {
    std::set<std::string> stems;
    std::string word;
    const std::string folded = fold_case(nfkc(text));
    for (std::size_t at = 0; at <= folded.size();) {
      const char32_t c = at < folded.size() ? next_character(folded, at) : (++at, U' ');
      if (u_isalnum(static_cast<UChar32>(c))) {
        append_utf8(word, c);
      } else {
        if (count_characters(word) >= 3 || (!word.empty() && u_isdigit(word[0]))) add(word, stems);
        word.clear();
      }
    }
    return stems;
  }

 private:
  void add(const std::string& word, std::set<std::string>& stems) const {
    static const std::set<std::string, std::less<>> kEmpty = {
        "les",     "des",   "une",  "que",  "qui",   "quel", "quelle", "quels", "quelles",
        "est",     "sont",  "pour", "dans", "avec",  "sur",  "par",    "pas",   "vous",
        "nous",    "mon",   "mes",  "ses",  "votre", "vos",  "notre",  "nos",   "comment",
        "combien", "quand", "peut", "puis", "faut",  "aux",  "cette",  "ces",   "the",
        "and",     "for",   "are",  "what", "which", "when", "where",  "how",   "does",
        "can",     "you",   "your", "our",  "this",  "that", "with",   "from",  "who",
        "why",     "has",   "have", "avez", "avoir", "etre", "être",   "faire"};
    if (kEmpty.contains(word)) return;
    const auto* stem = sb_stemmer_stem(stemmer_, reinterpret_cast<const sb_symbol*>(word.data()),
                                       static_cast<int>(word.size()));
    if (stem == nullptr) return;
    stems.insert(fold_accents({reinterpret_cast<const char*>(stem),
                               static_cast<std::size_t>(sb_stemmer_length(stemmer_))}));
  }
  sb_stemmer* stemmer_;
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

double weight_of(const std::set<std::string>& wanted, const std::map<std::string, double>& rarity,
                 const std::set<std::string>& here, const std::set<std::string>& heading) {
  double weight = 0;
  double all = 0;
  for (const std::string& stem : wanted) {
    const double value = rarity.at(stem);
    all += value;
    if (here.contains(stem))
      weight += value;
    else if (heading.contains(stem))
      weight += value * kHeadingShare;
  }
  return all > 0 ? weight / all : 0;
}

// "combien", "quand", "how long": the answer holds a figure.
bool asks_for_figure(const std::string& question) {
  constexpr std::string_view kWords[] = {
      "combien",  "quand",      "delai", "prix",         "cout",         "tarif",
      "horaire",  "quel poids", "date",  "quelle annee", "how much",     "how many",
      "how long", "when",       "price", "cost",         "opening hours"};
  const std::string folded = fold_accents(question);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

bool has_figure(const std::string& sentence) {
  return std::any_of(sentence.begin(), sentence.end(), [](char c) { return c >= '0' && c <= '9'; });
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
std::vector<Candidate> weigh(const std::string& question, const std::vector<Passage>& passages) {
  const Stems stems(answer_language("auto", question, "fr"));
  const std::set<std::string> wanted = stems.of(question);
  std::vector<Candidate> candidates;
  std::vector<std::set<std::string>> words;
  for (std::size_t i = 0; i < std::min(passages.size(), kPassages); ++i)
    for (std::string& sentence : sentences_of(passages[i].content)) {
      words.push_back(stems.of(sentence));
      candidates.push_back({i, candidates.size(), std::move(sentence)});
    }
  std::map<std::string, double> rarity;
  for (const std::string& stem : wanted) {
    const auto holders = std::count_if(words.begin(), words.end(),
                                       [&](const auto& set) { return set.contains(stem); });
    rarity[stem] =
        std::log(1.0 + static_cast<double>(words.size()) / (1.0 + static_cast<double>(holders)));
  }
  const bool wants_figure = asks_for_figure(question);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Passage& passage = passages[candidates[i].passage];
    const double match = weight_of(wanted, rarity, words[i],
                                   stems.of(passage.place.heading + ' ' + passage.filename));
    if (match <= 0) continue;
    candidates[i].weight = match + kRankBonus / static_cast<double>(1 << candidates[i].passage);
    if (wants_figure && has_figure(candidates[i].text)) candidates[i].weight *= kFigureBonus;
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
