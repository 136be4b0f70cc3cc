// How several kinds of score become one. Pure; thread-safe.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

namespace monitora::retrieval {

struct WeightedScores {
  std::span<const float> scores;
  float weight;
};

// The weighted sum of z-scores (over the candidates at hand, so kinds of different scale compare). A
// kind that is the same for all candidates adds nothing. All spans are as long as the result.
std::vector<float> fuse(std::initializer_list<WeightedScores> kinds);

// First stage: the convex sum that finds candidates' order from the indexes alone.
inline constexpr float kDenseWeight = 0.7F;
inline constexpr float kLexicalWeight = 0.3F;

// Second stage, over the best of the first, with what reading the passages says (PassageMatch).
// Conditional logistic regressions on PIAF and on XQuAD, each tried on the other, agree within 0.06.
inline constexpr float kReadDenseWeight = 0.55F;
inline constexpr float kReadPassageWeight = 0.16F;
inline constexpr float kReadSentenceWeight = 0.16F;
inline constexpr float kReadLettersWeight = 0.13F;

}  // namespace monitora::retrieval
