// How the two kinds of score become one. Pure; thread-safe.
#pragma once

#include <span>
#include <vector>

namespace monitora::retrieval {

// Convex sum of per-question z-scores over the candidates: 0.7 dense + 0.3 lexical. A kind of score
// that is the same for all candidates adds nothing. Both spans are as long as the result.
std::vector<float> fuse(std::span<const float> dense, std::span<const float> lexical);

inline constexpr float kDenseWeight = 0.7F;

}  // namespace monitora::retrieval
