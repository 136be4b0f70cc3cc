// What a group of questions is called: the words that tell it from the others.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace monitora {

// A word of a question, as an analyser reads it.
struct QuestionWord {
  std::string surface;  // as it was typed
  std::string folded;   // without case and accents
  std::string french_stem;
  std::string english_stem;
};

// Whether a word of it could name a topic: greetings and the like have none.
bool names_something(std::span<const QuestionWord> question);

struct DistinctiveWord {
  std::string surface;             // its commonest form
  std::vector<std::string> forms;  // folded, those in which it was typed
  double weight = 0;
};

// Class-based TF-IDF (Grootendorst, BERTopic, 2022): a word weighs what share of its topic's words
// it is, times log(1 + words of a topic on average ÷ how often all topics have it). Words count
// once a question, by their stem in the language of the question; those that say nothing of a
// subject do not count. Not thread-safe.
class TopicWords {
 public:
  explicit TopicWords(std::size_t topics) : topics_(topics) {}

  void add(std::size_t topic, std::span<const QuestionWord> question);

  // The heaviest first; at most kRanked.
  std::vector<DistinctiveWord> distinctive(std::size_t topic) const;
  static constexpr std::size_t kRanked = 20;

 private:
  struct Stem {
    int questions = 0;
    std::map<std::string, int> surfaces;
    std::map<std::string, int> forms;
  };
  struct Topic {
    std::map<std::string, Stem> stems;
    int words = 0;
  };
  std::vector<Topic> topics_;
  std::map<std::string, int> everywhere_;  // questions with a stem
  std::int64_t words_ = 0;
};

// "livraison, délai": up to three of the heaviest words, of any weight that counts beside the
// first; more where another topic (`taken`, folded) has that name. Never empty, at most 255
// characters. Adds its folded form to `taken`.
std::string topic_name(std::span<const DistinctiveWord> words, std::vector<std::string>& taken);

// Whether every word of the name still is among the topic's distinctive ones.
bool still_names(std::string_view name, std::span<const DistinctiveWord> words);

}  // namespace monitora
