#include "retrieval/evaluation.h"

#include <gtest/gtest.h>

#include "retrieval/answerable.h"
#include "retrieval/metrics.h"
#include "retrieval/retrieval_testing.h"

namespace monitora::retrieval {
namespace {

TEST(Metrics, AsByHand) {
  const std::vector<std::size_t> ranks = {1, 2, 0, 11, 5};
  EXPECT_DOUBLE_EQ(recall_at(ranks, 1), 0.2);
  EXPECT_DOUBLE_EQ(recall_at(ranks, 5), 0.6);
  EXPECT_DOUBLE_EQ(mrr_at(ranks, 10), (1 + 0.5 + 0.2) / 5);
  EXPECT_NEAR(ndcg_at(ranks, 10), (1 + 1 / std::log2(3) + 1 / std::log2(6)) / 5, 1e-12);
  EXPECT_EQ(mrr_at({}, 10), 0);
}

TEST(Metrics, AurocCountsPairs) {
  EXPECT_DOUBLE_EQ(auroc(std::vector<float>{3, 2}, std::vector<float>{1, 2}), 3.5 / 4);
  EXPECT_DOUBLE_EQ(auroc(std::vector<float>{1}, std::vector<float>{2}), 0);
  EXPECT_DOUBLE_EQ(auroc({}, std::vector<float>{2}), 0.5);
}

TEST(Squad, ReadsDistinctParagraphsAndRefusesTheRest) {
  const auto set = read_squad(R"({"data":[{"paragraphs":[
      {"context":"A","qas":[{"question":"a?"},{"question":"b?"}]},
      {"context":"B","qas":[{"question":"c?"}]},{"context":"A","qas":[{"question":"d?"}]}]}]})");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->paragraphs, (std::vector<std::string>{"A", "B"}));
  ASSERT_EQ(set->questions.size(), 4U);
  EXPECT_EQ(set->questions[3].paragraph, 0U);
  for (const char* bad :
       {"", "[]", "{}", R"({"data":[]})", R"({"data":[{"paragraphs":[{"context":1,"qas":[]}]}]})"})
    EXPECT_EQ(read_squad(bad).status().key(), "not_squad") << bad;
}

class WordEmbedder final : public Embedder {
 public:
  const std::string& model() const override { return model_; }
  int dimension() const override { return testing::kDimension; }
  int max_tokens() const override { return 512; }
  int count_tokens(std::string_view) const override { return 1; }
  Result<std::vector<Vector>> embed(Kind, std::span<const std::string_view> texts) override {
    std::vector<Vector> out;
    for (const std::string_view text : texts)
      out.push_back(testing::word_vector(text, dimension()));
    return out;
  }

 private:
  std::string model_ = "words";
};

TEST(Evaluation, FindsParagraphsByTheirWords) {
  SquadSet set;
  for (int i = 0; i < 40; ++i) {
    const std::string own = "alpha" + std::to_string(i) + " beta" + std::to_string(i);
    set.paragraphs.push_back("common words and " + own + " stand here");
    set.questions.push_back({own, static_cast<std::size_t>(i)});
  }
  WordEmbedder embedder;
  std::size_t last = 0, total = 0;
  const auto report =
      evaluate_squad(set, embedder, {{}, 2}, [&](std::size_t done, std::size_t all) {
        EXPECT_GT(done, last);
        last = done;
        total = all;
      });
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(last, total);
  EXPECT_EQ(report->questions, 40U);
  EXPECT_EQ(report->documents, 40U);
  EXPECT_EQ(report->recall_at_1, 1);
  EXPECT_EQ(report->mrr_at_10, 1);
  EXPECT_GT(report->auroc, 0.95);
}

TEST(Answerable, GrowsWithEvidenceAndIsZeroWithoutPassages) {
  EXPECT_EQ(answerable_probability({}), 0);
  const AnswerFeatures strong{true, 0.92F, 0.08F, 0.9F, 0.8F, 0.9F, 1};
  const AnswerFeatures weak{true, 0.82F, 0.01F, 0.2F, 0.2F, 0.3F, 0};
  EXPECT_GT(answerable_probability(strong), 0.8F);
  EXPECT_LT(answerable_probability(weak), 0.25F);
}

// With another embedding model every question was refused: its cosines are lower than e5's.
TEST(Answerable, ByWordsDependsOnNoModelsCosines) {
  EXPECT_EQ(answerable_by_words({}), 0);
  AnswerFeatures strong{true, 0.3F, 0.08F, 0.9F, 0.8F, 0.9F, 1};
  EXPECT_GT(answerable_by_words(strong), 0.8F);
  const float before = answerable_by_words(strong);
  strong.dense = 0.9F;
  EXPECT_EQ(answerable_by_words(strong), before);
  const float none = answerable_by_words({true, 0.3F, 0, 0, 0, 0, 0});
  EXPECT_LT(none, 0.25F);
  EXPECT_GT(none, 0.05F);
}

}  // namespace
}  // namespace monitora::retrieval
