// Figures of retrieval quality. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace monitora::retrieval {

// `ranks`: for each question, the place from 1 of its one relevant document among the results, 0
// when it is not there. All are means over the questions, 0 without any.
double recall_at(std::span<const std::size_t> ranks, std::size_t k);
double mrr_at(std::span<const std::size_t> ranks, std::size_t k);  // mean reciprocal rank
double ndcg_at(std::span<const std::size_t> ranks,
               std::size_t k);  // 1 / log2(1 + rank): the ideal is 1

// The probability that a random positive scores above a random negative, ties counting half (the
// Mann–Whitney statistic). 0.5 when either is empty.
double auroc(std::span<const float> positives, std::span<const float> negatives);

}  // namespace monitora::retrieval
