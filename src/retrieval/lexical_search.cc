#include "retrieval/lexical_search.h"

#include <algorithm>
#include <unordered_set>

namespace monitora::retrieval {

bool is_question_word(const std::string& folded) {
  static const std::unordered_set<std::string> words = {
      "quel",       "quelle",  "quels",    "quelles", "qui",   "que",    "quoi",     "qu",
      "combien",    "comment", "pourquoi", "ou",      "quand", "lequel", "laquelle", "lesquels",
      "lesquelles", "what",    "which",    "who",     "whom",  "whose",  "when",     "where",
      "why",        "how",     "many",     "much",    "est",   "ce",     "does",     "do",
      "did",        "is",      "are",      "was",     "were",  "d",      "l",        "c",
      "s",          "n",       "en",       "a",       "t",     "il"};
  return words.contains(folded);
}

namespace {

bool is_frequent(std::size_t chunks_with, std::size_t live) {
  constexpr std::size_t kLarge = 5'000;
  return live >= kLarge && chunks_with * 10 > live;
}

}  // namespace

LexicalQuery::LexicalQuery(std::span<const Part> parts, const std::string& question)
    : parts_(parts) {
  std::size_t live = 0;
  std::uint64_t length = 0;
  for (const Part& part : parts) {
    live += part.live();
    length +=
        part.segment->lexical().total_length() - (part.deletions ? part.deletions->length() : 0);
  }
  if (live == 0) return;
  average_length_ =
      std::max(1.0F, static_cast<float>(static_cast<double>(length) / static_cast<double>(live)));

  for (Analyzer::QueryWord& word : Analyzer::of_thread().question_words(question)) {
    const bool asks = is_question_word(word.word);
    const auto count = static_cast<float>(word.count);
    Term exact;
    const std::size_t with_word = look_up(word.word, exact);
    std::vector<Term> forms(word.forms.size());
    std::size_t with_form = 0;  // a chunk has one form of a word, that of its language
    for (std::size_t i = 0; i < forms.size(); ++i) with_form += look_up(word.forms[i], forms[i]);
    const float word_idf = bm25_idf(live, with_word), form_idf = bm25_idf(live, with_form);
    if (!asks) {
      frequent_.push_back(is_frequent(with_word, live));
      frequent_.insert(frequent_.end(), forms.size(), is_frequent(with_form, live));
      exact.weight = word_idf * count;
      terms_.push_back(std::move(exact));
      for (Term& form : forms) {
        form.weight = form_idf * count;
        terms_.push_back(std::move(form));
      }
    }
    words_.push_back({std::move(word.word), std::move(word.forms), word_idf, form_idf, asks});
  }
  leave_out_frequent();
}

// Words that a tenth of a large workspace's chunks have ("dans", the company's name) cost most of a
// search and hardly tell chunks apart: they count only in a question that has no other word.
void LexicalQuery::leave_out_frequent() {
  bool any_rare = false;
  for (std::size_t i = 0; i < terms_.size(); ++i)
    any_rare |= !frequent_[i] && has_postings(terms_[i]);
  if (!any_rare) return;
  std::vector<Term> rare;
  for (std::size_t i = 0; i < terms_.size(); ++i)
    if (!frequent_[i]) rare.push_back(std::move(terms_[i]));
  terms_ = std::move(rare);
}

bool LexicalQuery::has_postings(const Term& term) {
  return std::any_of(term.ids.begin(), term.ids.end(),
                     [](const auto& id) { return id.has_value(); });
}

std::size_t LexicalQuery::look_up(const std::string& text, Term& term) const {
  std::size_t with = 0;
  for (const Part& part : parts_) {
    term.ids.push_back(part.segment->lexical().find(text));
    if (const auto id = term.ids.back())
      with += part.segment->lexical().chunks_with(*id) -
              (part.deletions ? part.deletions->chunks_with(*id) : 0);
  }
  return with;
}

void LexicalQuery::score(std::size_t part, std::vector<float>& scores) const {
  const Segment& segment = *parts_[part].segment;
  const LexicalIndex& index = segment.lexical();
  scores.assign(segment.size(), 0.0F);
  const float base = kBm25K1 * (1 - kBm25B), slope = kBm25K1 * kBm25B / average_length_;
  const std::span<const std::uint32_t> lengths = index.lengths();
  for (const Term& term : terms_) {
    if (!term.ids[part]) continue;
    const float weight = term.weight * (kBm25K1 + 1);
    PostingReader reader(index.postings(*term.ids[part]));
    for (Posting posting{}; reader.next(posting);) {
      const auto frequency = static_cast<float>(posting.frequency);
      scores[posting.chunk] +=
          weight * frequency /
          (frequency + base + slope * static_cast<float>(lengths[posting.chunk]));
    }
  }
  if (const auto& deletions = parts_[part].deletions)
    for (std::uint32_t i = 0; i < scores.size(); ++i)
      if (deletions->has(i)) scores[i] = 0;
}

}  // namespace monitora::retrieval
