#include "retrieval/metrics.h"

#include <algorithm>
#include <cmath>

namespace monitora::retrieval {
namespace {

template <class Gain>
double mean_gain(std::span<const std::size_t> ranks, std::size_t k, const Gain& gain) {
  if (ranks.empty()) return 0;
  double sum = 0;
  for (const std::size_t rank : ranks)
    if (rank >= 1 && rank <= k) sum += gain(static_cast<double>(rank));
  return sum / static_cast<double>(ranks.size());
}

}  // namespace

double recall_at(std::span<const std::size_t> ranks, std::size_t k) {
  return mean_gain(ranks, k, [](double) { return 1.0; });
}

double mrr_at(std::span<const std::size_t> ranks, std::size_t k) {
  return mean_gain(ranks, k, [](double rank) { return 1 / rank; });
}

double ndcg_at(std::span<const std::size_t> ranks, std::size_t k) {
  return mean_gain(ranks, k, [](double rank) { return 1 / std::log2(1 + rank); });
}

double auroc(std::span<const float> positives, std::span<const float> negatives) {
  if (positives.empty() || negatives.empty()) return 0.5;
  std::vector<float> sorted(negatives.begin(), negatives.end());
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (const float score : positives) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), score);
    sum += static_cast<double>(first - sorted.begin()) + 0.5 * static_cast<double>(last - first);
  }
  return sum / static_cast<double>(positives.size()) / static_cast<double>(sorted.size());
}

}  // namespace monitora::retrieval
