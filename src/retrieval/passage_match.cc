#include "retrieval/passage_match.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace monitora::retrieval {
namespace {

constexpr std::size_t kGramCharacters = 5;

// Runs of five characters of a word with its boundaries; a shorter word is its own.
template <class Each>
void for_each_gram(const std::string& word, const Each& each) {
  thread_local std::string bounded;
  bounded.assign(1, ' ').append(word).push_back(' ');
  const auto next = [&](std::size_t at) {  // words are well-formed UTF-8
    do ++at;
    while (at < bounded.size() && (static_cast<unsigned char>(bounded[at]) & 0xC0) == 0x80);
    return at;
  };
  std::size_t end = 0, characters = 0;
  for (; end < bounded.size() && characters < kGramCharacters; ++characters) end = next(end);
  each(std::string_view(bounded).substr(0, end));
  for (std::size_t first = 0; end < bounded.size();) {
    first = next(first);
    end = next(end);
    each(std::string_view(bounded).substr(first, end - first));
  }
}

// Sentences end at . ! ? ; before white space, at the full stops of CJK, and at line ends.
bool ends_sentence(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n') return true;
  if (c == '.' || c == '!' || c == '?' || c == ';')
    return at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n' ||
           text[at + 1] == '\r';
  return static_cast<unsigned char>(c) == 0x82 && at >= 2 && text.substr(at - 2, 3) == "\u3002";
}

// Bytes that a word shares with its stem, in French and English, save a few like "dying".
constexpr std::size_t kWordFirst = 2;
constexpr std::size_t kGramFirst = 5;

}  // namespace

std::size_t PassageMatcher::Filter::place(std::string_view bytes, std::size_t first) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), first));
  return static_cast<std::size_t>(value * 0x9E3779B97F4A7C15U >>
                                  51);  // 13 bits, by Fibonacci hashing
}

PassageMatcher::PassageMatcher(const LexicalQuery& query) {
  for (const LexicalQuery::Word& word : query.words()) {
    if (word.asks) continue;
    total_ += word.word_idf + word.form_idf;
    forms_[word.word] = {word.word_idf};
    word_filter_.add(word.word, kWordFirst);
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
  for (std::size_t i = 0; i < gram_texts_.size(); ++i) {
    grams_[gram_texts_[i]].weight += gram_weights_[i];
    gram_filter_.add(gram_texts_[i], kGramFirst);
  }
}

PassageMatch PassageMatcher::match(std::string_view content) {
  thread_local std::vector<Word> words;  // kept to save allocations
  words.clear();
  std::vector<std::size_t> sentence_ends;  // in words
  for (std::size_t first = 0; first < content.size();) {
    std::size_t end = first;
    while (end < content.size() && !ends_sentence(content, end)) ++end;
    for_each_word(content.substr(first, end - first),
                  [&](const Word& word) { words.push_back(word); });
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
      if (word_filter_.may_have(words[at].folded, kWordFirst)) {
        see(words[at].folded);
        see(analyzer.conflate(words[at], language));
      }
      for_each_gram(words[at].folded, [&](std::string_view gram) {
        if (!gram_filter_.may_have(gram, kGramFirst)) return;
        const auto found = grams_.find(gram);
        if (found != grams_.end() &&
            std::exchange(found->second.seen_in_passage, passages_) != passages_)
          letters += found->second.weight;
      });
    }
    best = std::max(best, sentence);
  }
  const auto share = [](float part, float whole) {
    return whole > 0 ? std::min(1.0F, part / whole) : 0.0F;
  };
  return {share(passage, total_), share(best, total_), share(letters, gram_total_)};
}

}  // namespace monitora::retrieval
