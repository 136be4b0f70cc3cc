// A made-up shop's documents in French, the same for the same seed: many sentences about a few
// hundred topics, and questions about them that are never asked twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace bench {

struct Topic {
  std::string product;  // "vélo cargo"
  std::string subject;  // "délai de livraison"
  std::string title() const { return subject + " : " + product; }
};

class Corpus {
 public:
  explicit Corpus(std::uint64_t seed) : random_(seed) {}

  static std::vector<Topic> topics();
  // Some 700 characters in sentences about the topic.
  std::string passage(const Topic& topic);

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  std::mt19937_64 random_;
};

// The `number`th question, about the topic at `number` % topics().size(): some 100,000 differ.
std::string question(const Topic& topic, std::size_t number);

}  // namespace bench
