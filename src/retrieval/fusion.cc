#include "retrieval/fusion.h"

#include <cmath>

namespace monitora::retrieval {
namespace {

void add_standardised(std::span<const float> scores, float weight, std::vector<float>& out) {
  double sum = 0, squares = 0;
  for (const float score : scores) sum += score;
  const double mean = sum / static_cast<double>(scores.size());
  for (const float score : scores) squares += (score - mean) * (score - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(scores.size()));
  if (deviation < 1e-6) return;
  for (std::size_t i = 0; i < scores.size(); ++i)
    out[i] += static_cast<float>(weight * (scores[i] - mean) / deviation);
}

}  // namespace

std::vector<float> fuse(std::span<const float> dense, std::span<const float> lexical) {
  std::vector<float> out(dense.size(), 0.0F);
  if (out.empty()) return out;
  add_standardised(dense, kDenseWeight, out);
  add_standardised(lexical, 1 - kDenseWeight, out);
  return out;
}

}  // namespace monitora::retrieval
