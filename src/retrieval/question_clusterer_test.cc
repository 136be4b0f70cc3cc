#include "retrieval/question_clusterer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <stop_token>

#include "base/deadline.h"
#include "retrieval/word_reader.h"

namespace monitora::retrieval {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

constexpr std::size_t kDimensions = 192;
constexpr int kNew = QuestionClusterer::kNew, kLoose = QuestionClusterer::kLoose;

// Questions around directions of their own, all with a large part in common, as embeddings are.
class Subjects {
 public:
  explicit Subjects(int count) {
    for (int i = 0; i < count; ++i) directions_.push_back(random_vector(1));
  }
  // `count` questions of each, in turn.
  VectorRows ask(int count) {
    VectorRows rows{kDimensions, {}};
    for (int i = 0; i < count; ++i)
      for (const auto& direction : directions_) {
        std::vector<float> vector = random_vector(0.35F);
        for (std::size_t k = 0; k < kDimensions; ++k) vector[k] += direction[k] + 2;
        float length = 0;
        for (const float x : vector) length += x * x;
        for (float& x : vector) x /= std::sqrt(length);
        rows.add(vector);
      }
    return rows;
  }

 private:
  std::vector<float> random_vector(float deviation) {
    std::vector<float> vector(kDimensions);
    for (float& x : vector) x = std::normal_distribution<float>(0, deviation)(random_);
    return vector;
  }
  std::mt19937 random_{3};
  std::vector<std::vector<float>> directions_;
};

class Clusterer : public ::testing::Test {
 protected:
  QuestionClusters cluster(const VectorRows& rows, std::vector<int> known = {},
                           std::size_t groups = 0) {
    known.resize(rows.size(), kNew);
    Result<QuestionClusters> found = clusterer->cluster(rows, known, groups);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    return found.ok() ? std::move(*found) : QuestionClusters();
  }
  // Which group each of the first `subjects` questions' subject is; -1 where it is not one group.
  static std::vector<int> group_of(const QuestionClusters& found, std::size_t subjects) {
    std::vector<int> groups(found.group.begin(),
                            found.group.begin() + static_cast<std::ptrdiff_t>(subjects));
    for (std::size_t i = 0; i < found.group.size(); ++i)
      if (found.group[i] != groups[i % subjects]) groups[i % subjects] = -1;
    return groups;
  }
  std::unique_ptr<QuestionClusterer> clusterer = make_question_clusterer();
};

TEST_F(Clusterer, FindsHowManySubjectsThereAre) {
  for (const int subjects : {3, 8, 20}) {
    const VectorRows rows = Subjects(subjects).ask(15);
    const QuestionClusters found = cluster(rows);
    const std::vector<int> groups = group_of(found, static_cast<std::size_t>(subjects));
    EXPECT_EQ(found.count, static_cast<std::size_t>(subjects));
    EXPECT_EQ(std::set<int>(groups.begin(), groups.end()).size(), groups.size()) << subjects;
    EXPECT_EQ(std::ranges::count(groups, -1), 0) << subjects;
    EXPECT_GT(*std::ranges::min_element(found.closeness), 0.5F);
  }
}

TEST_F(Clusterer, TheSameQuestionsMakeTheSameGroups) {
  const VectorRows rows = Subjects(12).ask(20);
  const QuestionClusters one = cluster(rows), other = cluster(rows);
  EXPECT_EQ(one.group, other.group);
  EXPECT_EQ(one.middles.values, other.middles.values);
}

TEST_F(Clusterer, KnownGroupsKeepTheirNumbers) {
  Subjects subjects(6);
  VectorRows rows = subjects.ask(20);
  const QuestionClusters before = cluster(rows);
  const VectorRows more = subjects.ask(2);
  rows.add(more.values);
  const QuestionClusters after = cluster(rows, before.group, before.count);
  EXPECT_EQ(after.count, before.count);
  EXPECT_EQ(group_of(after, 6), group_of(before, 6));
}

TEST_F(Clusterer, ANewSubjectIsANewGroup) {
  Subjects subjects(7);
  const VectorRows all = subjects.ask(16);
  // The seventh subject's questions come later.
  VectorRows first{kDimensions, {}}, second{kDimensions, {}};
  for (std::size_t i = 0; i < all.size(); ++i) (i % 7 == 6 ? second : first).add(all.row(i));
  const QuestionClusters before = cluster(first);
  ASSERT_EQ(before.count, 6U);
  const std::size_t asked = first.size();
  first.add(second.values);
  const QuestionClusters after = cluster(first, before.group, before.count);
  EXPECT_EQ(after.count, 7U);
  EXPECT_TRUE(std::equal(before.group.begin(), before.group.end(), after.group.begin()));
  EXPECT_THAT(
      std::vector<int>(after.group.begin() + static_cast<std::ptrdiff_t>(asked), after.group.end()),
      Each(6));
}

TEST_F(Clusterer, WithNothingNewAllStays) {
  const VectorRows rows = Subjects(4).ask(5);
  // Whatever the vectors say.
  std::vector<int> known(rows.size(), 1);
  known[0] = 0;
  known[3] = kLoose;
  const QuestionClusters found = cluster(rows, known, 3);
  known[3] = -1;
  EXPECT_EQ(found.group, known);
  EXPECT_EQ(found.count, 3U);
  EXPECT_EQ(found.closeness[3], 0);
}

TEST_F(Clusterer, AnEmptyGroupTakesNothing) {
  Subjects subjects(3);
  VectorRows rows = subjects.ask(10);
  const std::size_t asked = rows.size();
  std::vector<int> known = cluster(rows).group;
  for (int& group : known) group += 2;  // 0 and 1 have lost their questions
  rows.add(subjects.ask(3).values);
  const QuestionClusters found = cluster(rows, known, 5);
  EXPECT_GE(*std::ranges::min_element(found.group), 2);
  const VectorRows others = subjects.ask(4);
  const std::vector<int> nearest = clusterer->nearest(found, others);
  for (std::size_t i = 0; i < nearest.size(); ++i) EXPECT_EQ(nearest[i], known[i % 3]);
  EXPECT_EQ(asked, 30U);
}

TEST_F(Clusterer, FewQuestionsAndEqualOnes) {
  EXPECT_THAT(cluster({kDimensions, {}}).group, IsEmpty());
  VectorRows rows{kDimensions, {}};
  for (int i = 1; i <= 12; ++i) {
    rows.add(std::vector<float>(kDimensions, 0.1F));
    const QuestionClusters found = cluster(rows);
    ASSERT_EQ(found.group.size(), rows.size());
    for (const int group : found.group) EXPECT_LT(group, static_cast<int>(found.count));
  }
}

TEST_F(Clusterer, EndsWhenItIsToldTo) {
  const VectorRows rows = Subjects(5).ask(40);
  std::stop_source stop;
  stop.request_stop();
  const ScopedDeadline deadline(Deadline::in(std::chrono::hours(1), stop.get_token()));
  const std::vector<int> known(rows.size(), kNew);
  EXPECT_EQ(clusterer->cluster(rows, known, 0).status().code(), Code::cancelled);
}

TEST(WordReader, ReadsWordsAsTheyWereTyped) {
  const auto reader = make_word_reader();
  const std::vector<QuestionWord> words = reader->words("L'Expédition, des COLIS\u0301 à 12 €?");
  std::vector<std::string> surfaces, folded;
  for (const QuestionWord& word : words) {
    surfaces.push_back(word.surface);
    folded.push_back(word.folded);
  }
  EXPECT_THAT(surfaces, ::testing::ElementsAre("L", "Expédition", "des", "COLIS\u0301", "à", "12"));
  EXPECT_THAT(folded, ::testing::ElementsAre("l", "expedition", "des", "colis", "a", "12"));
  EXPECT_EQ(reader->words("expéditions")[0].french_stem, words[1].french_stem);
  EXPECT_EQ(reader->words("shipped")[0].english_stem, reader->words("shipping")[0].english_stem);
  EXPECT_TRUE(reader->words("?! ").empty());
}

}  // namespace
}  // namespace monitora::retrieval
