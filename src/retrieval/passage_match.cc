#include "retrieval/passage_match.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace monitora::retrieval {
namespace {

constexpr std::size_t kGramCharacters = 5;

// Runs of five characters of a word with its boundaries; a shorter word is its own.
template <class Each>
void for_each_gram(const std::string& word, const Each& each) {
  const std::string bounded = " " + word + " ";
  std::array<std::size_t, kGramCharacters> starts{};  // of the latest characters
  std::size_t characters = 0;
  for (std::size_t at = 0; at < bounded.size();) {
    starts[characters % kGramCharacters] = at;
    next_character(bounded, at);
    ++characters;
    if (characters < kGramCharacters) continue;
    const std::size_t first = starts[characters % kGramCharacters];
    each(std::string_view(bounded).substr(first, at - first));
  }
  if (characters < kGramCharacters) each(std::string_view(bounded));
}

// Sentences end at . ! ? ; before white space, at the full stops of CJK, and at line ends.
bool ends_sentence(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n') return true;
  if (c == '.' || c == '!' || c == '?' || c == ';')
    return at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n' || text[at + 1] == '\r';
  return static_cast<unsigned char>(c) == 0x82 && at >= 2 && text.substr(at - 2, 3) == "\u3002";
}

}  // namespace

PassageMatcher::PassageMatcher(const LexicalQuery& query) {
  for (const LexicalQuery::Word& word : query.words()) {
    if (word.asks) continue;
    total_ += word.word_idf + word.form_idf;
    forms_[word.word] = {word.word_idf};
    for (const std::string& form : word.forms) forms_[form] = {word.form_idf};
    std::size_t grams = 0;
    for_each_gram(word.word, [&](std::string_view) { ++grams; });
    const float share = word.word_idf / static_cast<float>(grams);
    for_each_gram(word.word, [&](std::string_view gram) {
      gram_texts_.emplace_back(gram);
      gram_weights_.push_back(share);
    });
    gram_total_ += word.word_idf;
  }
  for (std::size_t i = 0; i < gram_texts_.size(); ++i) grams_[gram_texts_[i]].weight += gram_weights_[i];
}

PassageMatch PassageMatcher::match(std::string_view content) {
  std::vector<std::string> words;
  std::vector<std::size_t> sentence_ends;  // in words
  for (std::size_t first = 0; first < content.size();) {
    std::size_t end = first;
    while (end < content.size() && !ends_sentence(content, end)) ++end;
    for_each_word(content.substr(first, end - first), [&](const std::string& word) { words.push_back(word); });
    sentence_ends.push_back(words.size());
    first = end + 1;
  }
  const TextLanguage language = detect_language(words);
  Analyzer& analyzer = Analyzer::of_thread();
  ++passages_;
  float passage = 0, best = 0, letters = 0;
  std::size_t at = 0;
  for (const std::size_t end : sentence_ends) {
    ++sentences_;
    float sentence = 0;
    const auto see = [&](const std::string& term) {
      const auto found = forms_.find(term);
      if (found == forms_.end()) return;
      Form& form = found->second;
      if (std::exchange(form.seen_in_sentence, sentences_) != sentences_) sentence += form.weight;
      if (std::exchange(form.seen_in_passage, passages_) != passages_) passage += form.weight;
    };
    for (; at < end; ++at) {
      see(words[at]);
      see(analyzer.conflate(words[at], language));
      for_each_gram(words[at], [&](std::string_view gram) {
        const auto found = grams_.find(gram);
        if (found != grams_.end() && std::exchange(found->second.seen_in_passage, passages_) != passages_)
          letters += found->second.weight;
      });
    }
    best = std::max(best, sentence);
  }
  const auto share = [](float part, float whole) { return whole > 0 ? std::min(1.0F, part / whole) : 0.0F; };
  return {share(passage, total_), share(best, total_), share(letters, gram_total_)};
}

}  // namespace monitora::retrieval
