#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "retrieval/graph.h"
#include "retrieval/retrieval_testing.h"
#include "retrieval/vector_block.h"

namespace monitora::retrieval {
namespace {

Vector random_unit(std::mt19937& random, int dimension) {
  std::normal_distribution<float> normal;
  Vector out(static_cast<std::size_t>(dimension));
  float norm = 0;
  for (float& x : out) {
    x = normal(random);
    norm += x * x;
  }
  for (float& x : out) x /= std::sqrt(norm);
  return out;
}

TEST(VectorBlock, CodesAreCloseToTheExactProduct) {
  std::mt19937 random(1);
  for (const int dimension : {1, 7, 64, 100, 384, 1000}) {
    VectorBlock block(dimension);
    std::vector<Vector> vectors;
    for (int i = 0; i < 50; ++i) block.add(vectors.emplace_back(random_unit(random, dimension)));
    const Vector question = random_unit(random, dimension);
    const QueryCode code(question);
    std::vector<float> scores(50);
    block.approximate(code, 0, scores);
    for (std::size_t i = 0; i < 50; ++i) {
      double exact = 0;
      for (std::size_t j = 0; j < question.size(); ++j)
        exact += static_cast<double>(question[j]) * vectors[i][j];
      EXPECT_NEAR(block.exact(question, i), exact, 1e-5);
      EXPECT_NEAR(scores[i], exact, 0.02) << dimension;
      EXPECT_EQ(scores[i], block.approximate(code, i));
    }
  }
}

TEST(VectorBlock, AZeroVectorScoresZero) {
  VectorBlock block(5);
  block.add(Vector(5, 0.0F));
  EXPECT_EQ(block.approximate(QueryCode(Vector(5, 1.0F)), 0), 0);
}

TEST(Graph, FindsNearlyAllNearestAndOnlyKept) {
  std::mt19937 random(2);
  constexpr int kCount = 3000, kDimension = 48;
  VectorBlock block(kDimension);
  for (int i = 0; i < kCount; ++i) block.add(random_unit(random, kDimension));
  // Half now, half grown later, as after a merge.
  VectorBlock half(kDimension);
  for (std::size_t i = 0; i < kCount / 2; ++i) half.add(block.vector(i));
  const auto first = Graph::build(half, nullptr, {});
  const auto graph = Graph::build(block, first.get(), {});
  ASSERT_EQ(graph->size(), static_cast<std::size_t>(kCount));
  std::size_t found = 0;
  for (int question = 0; question < 40; ++question) {
    const QueryCode code(random_unit(random, kDimension));
    const auto keep = [](std::uint32_t chunk) { return chunk % 3 != 0; };
    std::vector<std::pair<float, std::uint32_t>> exact;
    for (std::uint32_t i = 0; i < kCount; ++i)
      if (keep(i)) exact.emplace_back(-block.approximate(code, i), i);
    std::sort(exact.begin(), exact.end());
    std::set<std::uint32_t> nearest;
    for (int i = 0; i < 10; ++i) nearest.insert(exact[static_cast<std::size_t>(i)].second);
    for (const Scored& scored : graph->search(block, code, 200, keep)) {
      EXPECT_TRUE(keep(scored.chunk));
      found += nearest.count(scored.chunk);
    }
  }
  EXPECT_GE(found, 380U);  // of 400
}

TEST(Graph, AStoppedBuildGivesNothing) {
  VectorBlock block(4);
  block.add(Vector{1, 0, 0, 0});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(Graph::build(block, nullptr, stop.get_token()));
}

}  // namespace
}  // namespace monitora::retrieval
