#include "retrieval/answerable.h"

#include <algorithm>
#include <cmath>

namespace monitora::retrieval {
namespace {

constexpr float kLeastByWords = 0.1F;

float probability(double z) {
  return static_cast<float>(1 / (1 + std::exp(-z)));
}

}  // namespace

float answerable_probability(const AnswerFeatures& f) {
  if (!f.any) return 0;
  const double z = -34.1 + 37.6 * f.dense - 8.5 * f.margin - 0.8 * f.passage + 2.3 * f.sentence +
                   4.3 * f.letters + 1.1 * f.agreement;
  return probability(z);
}

float answerable_by_words(const AnswerFeatures& f) {
  if (!f.any) return 0;
  return std::max(kLeastByWords,
                  probability(-4.05 + 1.6 * f.sentence + 5.9 * f.letters + 1.6 * f.agreement));
}

}  // namespace monitora::retrieval
