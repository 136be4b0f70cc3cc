#include "retrieval/answerable.h"

#include <cmath>

namespace monitora::retrieval {

float answerable_probability(const AnswerFeatures& f) {
  if (!f.any) return 0;
  const double z = -20 + 20 * f.dense + 10 * f.margin + f.passage + 2 * f.sentence + f.letters +
                   0.5 * f.agreement;
  return static_cast<float>(1 / (1 + std::exp(-z)));
}

}  // namespace monitora::retrieval
