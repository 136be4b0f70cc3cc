// Finds which questions are about the same thing.
#pragma once

#include <span>
#include <vector>

#include "base/status.h"

namespace monitora {

// Vectors of one length, one after the other.
struct VectorRows {
  std::size_t dimension = 0;
  std::vector<float> values;

  std::size_t size() const { return dimension == 0 ? 0 : values.size() / dimension; }
  std::span<const float> row(std::size_t i) const {
    return std::span(values).subspan(i * dimension, dimension);
  }
  // Of `dimension` numbers.
  void add(std::span<const float> vector) {
    values.insert(values.end(), vector.begin(), vector.end());
  }
};

// Groups of questions, and what places another question among them.
struct QuestionClusters {
  std::size_t count = 0;         // groups are 0 … count - 1; some may be empty
  std::vector<int> group;        // of each question; -1: in none
  std::vector<float> closeness;  // of each question to its group's middle: a cosine
  std::vector<float> mean;       // of all vectors
  VectorRows middles;            // of each group, of length one
};

// Thread-safe. The same vectors in the same order give the same groups.
class QuestionClusterer {
 public:
  virtual ~QuestionClusterer() = default;

  // `known[i]` is the group in which question i was before, 0 to `groups` - 1; kLoose when it was
  // in none; kNew when it was not there. Known groups keep their numbers and nearly all of their
  // questions; new ones come after them. With nothing new all stays as it was. Time grows with the
  // square of the questions: 10,000 take seconds. Errors: deadline_exceeded, cancelled.
  static constexpr int kNew = -1, kLoose = -2;
  virtual Result<QuestionClusters> cluster(const VectorRows& questions, std::span<const int> known,
                                           std::size_t groups) = 0;
  // The nearest group of each of other questions.
  virtual std::vector<int> nearest(const QuestionClusters& clusters,
                                   const VectorRows& questions) = 0;
};

}  // namespace monitora
