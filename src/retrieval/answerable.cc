#include "retrieval/answerable.h"

#include <cmath>

namespace monitora::retrieval {

float answerable_probability(const AnswerFeatures& f) {
  if (!f.any) return 0;
  const double z = -34.1 + 37.6 * f.dense - 8.5 * f.margin - 0.8 * f.passage + 2.3 * f.sentence +
                   4.3 * f.letters + 1.1 * f.agreement;
  return static_cast<float>(1 / (1 + std::exp(-z)));
}

}  // namespace monitora::retrieval
