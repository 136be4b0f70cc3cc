#include "retrieval/cached_question_index.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "domain/question.h"
#include "ports/insights_store.h"

namespace monitora::retrieval {
namespace {

using std::chrono::seconds;

class HandClock final : public Clock {
 public:
  Time now() const override { return Time(Micros(now_)); }
  std::atomic<std::int64_t> now_ = 1'700'000'000'000'000;
};

// What other nodes and this one have kept.
class Kept final : public CacheStore {
 public:
  Status for_each_question(const CacheScope& scope, const std::string& model, Time since,
                           const std::function<Status(CachedQuestion)>& each) override {
    ++readings_;
    EXPECT_EQ(model, "unit");
    for (const auto& [where, question] : questions_)
      if (where == scope && question.created_at >= since) MONITORA_TRY(each(question));
    return {};
  }
  Result<Lookup> find(const WorkspaceId&, const std::string&, const std::string&) override {
    return Lookup();
  }
  Status put(const WorkspaceId&, const NewEntry&) override { return {}; }
  Result<std::optional<CacheEntry>> use(const CacheScope&, const CacheEntryId&, double) override {
    return std::optional<CacheEntry>();
  }
  Result<Page<CacheEntry>> list(const WorkspaceId&, const PageRequest&) override {
    return Page<CacheEntry>();
  }
  Result<Counts> counts(const WorkspaceId&) override { return Counts(); }
  Status clear(const WorkspaceId&) override { return {}; }
  Status remove_answer(const WorkspaceId&, const std::string&) override { return {}; }
  Status remove_expired() override { return {}; }

  std::vector<std::pair<CacheScope, CachedQuestion>> questions_;
  std::atomic<int> readings_ = 0;
};

class CachedQuestionIndex : public ::testing::Test {
 protected:
  CachedQuestion question(const std::string& text, Vector vector) {
    return {CacheEntryId::random(), text, std::move(vector), clock_.now(),
            clock_.now() + seconds(100)};
  }
  std::vector<std::string> near(const CacheScope& scope, const Vector& vector, float least = 0.5F,
                                int limit = 10) {
    std::vector<std::string> found;
    for (const CachedQuestions::Near& each : index_->nearest(scope, vector, least, limit))
      found.push_back(each.question);
    return found;
  }

  static CachedQuestionOptions patient() {
    CachedQuestionOptions options;
    options.first_wait = std::chrono::minutes(1);
    return options;
  }

  using List = std::vector<std::string>;
  HandClock clock_;
  Kept kept_;
  std::unique_ptr<CachedQuestions> index_ =
      make_cached_question_index(kept_, clock_, "unit", 2, patient());
  const CacheScope scope_{WorkspaceId::random(), 3, "c1"};
};

TEST_F(CachedQuestionIndex, TheNearestOfItsScopeComeFirst) {
  kept_.questions_.emplace_back(scope_, question("à droite", {1, 0}));
  kept_.questions_.emplace_back(scope_, question("en biais", {0.8F, 0.6F}));
  kept_.questions_.emplace_back(scope_, question("en haut", {0, 1}));
  EXPECT_EQ(near(scope_, {1, 0}), (List{"à droite", "en biais"}));
  EXPECT_EQ(near(scope_, {1, 0}, 0.9F), (List{"à droite"}));
  EXPECT_EQ(near(scope_, {0, 1}, 0.5F, 1), (List{"en haut"}));
  EXPECT_EQ(near({WorkspaceId::random(), 3, "c1"}, {1, 0}), List());
  EXPECT_EQ(near({scope_.workspace, 4, "c1"}, {1, 0}), List());
  EXPECT_EQ(near({scope_.workspace, 3, "c2"}, {1, 0}), List());
  EXPECT_EQ(near(scope_, {1, 0, 0}), List());  // another model's vector
}

TEST_F(CachedQuestionIndex, WhatThisProcessKeepsIsFoundAtOnceAndWhatIsGoneNoMore) {
  EXPECT_EQ(near(scope_, {1, 0}), List());
  const CachedQuestion made = question("nouvelle", {1, 0});
  index_->add(scope_, made);
  index_->add(scope_, made);
  EXPECT_EQ(near(scope_, {1, 0}), (List{"nouvelle"}));
  index_->forget(scope_, made.id);
  EXPECT_EQ(near(scope_, {1, 0}), List());
}

TEST_F(CachedQuestionIndex, WordsThatNobodyKeptAreKnownNotToBe) {
  kept_.questions_.emplace_back(scope_, question("Où est mon colis ?", {1, 0}));
  near(scope_, {1, 0});  // read
  EXPECT_TRUE(index_->may_have(scope_, question_hash("où est  mon colis")));
  EXPECT_FALSE(index_->may_have(scope_, question_hash("où est ma commande")));
  index_->add(scope_, question("Où est ma commande ?", {0, 1}));
  EXPECT_TRUE(index_->may_have(scope_, question_hash("où est ma commande")));
  const CacheScope other{scope_.workspace, 4, "c1"};
  near(other, {1, 0});
  EXPECT_FALSE(index_->may_have(other, question_hash("où est mon colis")));
}

TEST_F(CachedQuestionIndex, WhatIsOverIsNotFound) {
  kept_.questions_.emplace_back(scope_, question("ancienne", {1, 0}));
  EXPECT_EQ(near(scope_, {1, 0}), (List{"ancienne"}));
  clock_.now_ += 100'000'000;
  EXPECT_EQ(near(scope_, {1, 0}), List());
}

TEST_F(CachedQuestionIndex, WhatOtherNodesKeepIsFound) {
  CachedQuestionOptions options = patient();
  options.refresh = std::chrono::milliseconds(0);
  index_ = make_cached_question_index(kept_, clock_, "unit", 2, options);
  kept_.questions_.emplace_back(scope_, question("ici", {1, 0}));
  EXPECT_EQ(near(scope_, {1, 0}), (List{"ici"}));
  clock_.now_ += 30'000'000;
  const CachedQuestion late = question("ailleurs", {1, 0});
  kept_.questions_.emplace_back(scope_, late);
  clock_.now_ += 30'000'000;  // a transaction that ended late
  EXPECT_EQ(near(scope_, {1, 0}).size(), 2U);
  EXPECT_EQ(near(scope_, {1, 0}).size(), 2U);
}

TEST_F(CachedQuestionIndex, ManyAreScannedWhole) {
  near(scope_, {1, 0});  // read, empty
  for (int i = 0; i < 3000; ++i) {
    const float angle = static_cast<float>(i) / 3000 * 1.5F;
    index_->add(scope_, question(std::to_string(i), {std::cos(angle), std::sin(angle)}));
  }
  const List found = near(scope_, {1, 0}, 0.9F, 20);
  ASSERT_EQ(found.size(), 20U);
  for (const std::string& each : found) EXPECT_LT(std::stoi(each), 300) << each;
}

TEST_F(CachedQuestionIndex, PastItsMemoryTheScopesOfLongAgoAreReadAnew) {
  CachedQuestionOptions options = patient();
  options.memory_budget = 1;
  index_ = make_cached_question_index(kept_, clock_, "unit", 2, options);
  const CacheScope other{WorkspaceId::random(), 3, "c1"};
  kept_.questions_.emplace_back(scope_, question("ici", {1, 0}));
  kept_.questions_.emplace_back(other, question("là", {1, 0}));
  EXPECT_EQ(near(scope_, {1, 0}), (List{"ici"}));
  EXPECT_EQ(near(other, {1, 0}), (List{"là"}));
  EXPECT_EQ(near(scope_, {1, 0}), (List{"ici"}));
  EXPECT_EQ(kept_.readings_, 3);
}

}  // namespace
}  // namespace monitora::retrieval
