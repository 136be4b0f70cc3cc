#include "retrieval/fusion.h"

#include <cmath>

namespace monitora::retrieval {
namespace {

void add_standardised(const WeightedScores& kind, std::vector<float>& out) {
  double sum = 0, squares = 0;
  for (const float score : kind.scores) sum += score;
  const double mean = sum / static_cast<double>(out.size());
  for (const float score : kind.scores) squares += (score - mean) * (score - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(out.size()));
  if (deviation < 1e-6) return;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] += static_cast<float>(kind.weight * (kind.scores[i] - mean) / deviation);
}

}  // namespace

std::vector<float> fuse(std::initializer_list<WeightedScores> kinds) {
  std::vector<float> out(kinds.size() == 0 ? 0 : kinds.begin()->scores.size(), 0.0F);
  if (out.empty()) return out;
  for (const WeightedScores& kind : kinds) add_standardised(kind, out);
  return out;
}

}  // namespace monitora::retrieval
