#include "app/change_follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

#include "ports/job_store.h"
#include "ports/retriever.h"

namespace monitora {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SetClock final : public Clock {
 public:
  Time now() const override { return time; }
  Time time{std::chrono::seconds(1'800'000'000)};
};

class Log final : public ChangeLog {
 public:
  Result<std::int64_t> latest() override {
    return rows.empty() ? std::int64_t{0} : rows.rbegin()->first;
  }
  Result<std::vector<Change>> since(std::int64_t sequence, int limit) override {
    if (!status.ok()) return status;
    std::vector<Change> found;
    for (auto row = rows.upper_bound(sequence);
         row != rows.end() && found.size() < static_cast<std::size_t>(limit); ++row)
      found.push_back(row->second);
    read += static_cast<int>(found.size());
    return found;
  }
  Result<std::vector<Change>> of_workspace(const WorkspaceId&, std::int64_t, int) override {
    return std::vector<Change>();
  }
  Status prune(Time) override { return {}; }

  // A change of a document; what the retriever is told names the sequence.
  DocumentId commit(std::int64_t sequence, const std::string& operation = "deleted") {
    const DocumentId document = DocumentId::random();
    Change change;
    change.sequence = sequence;
    change.entity = "document";
    change.entity_id = document.to_string();
    change.operation = operation;
    rows[sequence] = change;
    return document;
  }
  std::map<std::int64_t, Change> rows;
  Status status;
  int read = 0;
};

class Told final : public Retriever {
 public:
  Result<Retrieved> search(const WorkspaceId&, const std::string&, const Vector&,
                           const RetrievalOptions&) override {
    return Retrieved();
  }
  Status put_document(const WorkspaceId&, const DocumentId&, std::vector<IndexedChunk> chunks,
                      std::int64_t version) override {
    EXPECT_EQ(chunks.size(), 3u);
    put.push_back(version);
    return {};
  }
  Status remove_document(const WorkspaceId&, const DocumentId&, std::int64_t version) override {
    if (failures > 0) {
      --failures;
      return Status::internal("not now");
    }
    removed.push_back(version);
    return {};
  }
  Status remove_workspace(const WorkspaceId&) override { return {}; }
  Status reload() override {
    ++reloads;
    return {};
  }
  std::optional<std::int64_t> version(const WorkspaceId&) override { return {}; }
  Result<std::size_t> count(const WorkspaceId&) override { return std::size_t{0}; }
  Status save() override { return {}; }
  std::vector<std::int64_t> removed, put;
  int reloads = 0;
  int failures = 0;
};

class FollowerTest : public ::testing::Test {
 protected:
  void start() {
    const auto chunks_of = [this](const WorkspaceId&, const DocumentId& document) {
      return deleted_ == document ? Result<std::vector<IndexedChunk>>(Status::not_found())
                                  : std::vector<IndexedChunk>(3);
    };
    auto started = ChangeFollower::start(log_, {chunks_of, told_}, clock_);
    ASSERT_TRUE(started.ok());
    follower_ = *std::move(started);
  }
  std::vector<std::int64_t> catch_up() {
    told_.removed.clear();
    EXPECT_TRUE(follower_->look().ok());
    return told_.removed;
  }
  SetClock clock_;
  Log log_;
  Told told_;
  DocumentId deleted_;
  std::unique_ptr<ChangeFollower> follower_;
};

TEST_F(FollowerTest, PutsWhatWasIndexedUnlessItIsDeletedSince) {
  start();
  log_.commit(1, "indexed");
  deleted_ = log_.commit(2, "indexed");
  log_.commit(3, "created");
  EXPECT_THAT(catch_up(), IsEmpty());
  EXPECT_THAT(told_.put, ElementsAre(1));
}

TEST_F(FollowerTest, BeginsAfterTheLatestChangeAndAppliesEachOnce) {
  log_.commit(1);
  log_.commit(2);
  start();
  EXPECT_THAT(catch_up(), IsEmpty());
  log_.commit(3);
  log_.commit(4);
  EXPECT_THAT(catch_up(), ElementsAre(3, 4));
  EXPECT_THAT(catch_up(), IsEmpty());
}

TEST_F(FollowerTest, AChangeThatCommitsAfterALaterOneIsNotMissed) {
  log_.commit(1);
  start();
  log_.commit(3);
  log_.commit(5);
  EXPECT_THAT(catch_up(), ElementsAre(3, 5));
  log_.commit(4);
  EXPECT_THAT(catch_up(), ElementsAre(4));
  log_.commit(2);
  log_.commit(6);
  EXPECT_THAT(catch_up(), ElementsAre(2, 6));
}

TEST_F(FollowerTest, AChangeUnderWayAtTheStartIsNotMissed) {
  log_.commit(1);
  log_.commit(3);
  start();
  log_.commit(2);
  EXPECT_THAT(catch_up(), ElementsAre(2));
}

TEST_F(FollowerTest, AnEmptyPlaceIsGivenUpAfterAWhile) {
  start();
  log_.commit(2);  // 1 was undone
  EXPECT_THAT(catch_up(), ElementsAre(2));
  clock_.time += ChangeFollower::kPatience;
  EXPECT_THAT(catch_up(), IsEmpty());
  log_.read = 0;
  EXPECT_THAT(catch_up(), IsEmpty());
  EXPECT_EQ(log_.read, 0);
}

TEST_F(FollowerTest, MoreThanABatchIsReadWhole) {
  start();
  for (int i = 1; i <= 1700; ++i)
    if (i != 3) log_.commit(i);
  EXPECT_EQ(catch_up().size(), 1699u);
  log_.commit(3);
  EXPECT_THAT(catch_up(), IsEmpty()) << "so much is not read again at each look";
  clock_.time += ChangeFollower::kEvery;
  EXPECT_THAT(catch_up(), ElementsAre(3));
}

TEST_F(FollowerTest, ALogThatWasCutIsNoEmptyPlace) {
  log_.commit(5000);
  start();
  log_.commit(5001);
  EXPECT_THAT(catch_up(), ElementsAre(5001));
  log_.read = 0;
  EXPECT_THAT(catch_up(), IsEmpty());
  EXPECT_EQ(log_.read, 0);
}

TEST_F(FollowerTest, AfterAnErrorOfTheLogItGoesOnFromTheSamePlace) {
  start();
  log_.commit(1);
  log_.status = Status::internal("gone");
  EXPECT_FALSE(follower_->look().ok());
  log_.status = {};
  log_.commit(2);
  EXPECT_THAT(catch_up(), ElementsAre(1, 2));
}

TEST_F(FollowerTest, WhatAnIndexCouldNotTakeWaitsAndKeepsNobodyElseWaiting) {
  start();
  std::vector<std::int64_t> heard;
  const auto handle = follower_->listen(
      WorkspaceId(), [&](const Change& change) { heard.push_back(change.sequence); });
  log_.commit(1);
  log_.commit(2);
  told_.failures = 1;
  EXPECT_FALSE(follower_->look().ok());
  EXPECT_THAT(heard, ElementsAre(1, 2));
  EXPECT_THAT(told_.removed, IsEmpty());
  EXPECT_THAT(catch_up(), ElementsAre(1, 2));
  EXPECT_THAT(heard, ElementsAre(1, 2));
}

TEST_F(FollowerTest, AnIndexThatFailsForTooLongIsLoadedAnew) {
  start();
  told_.failures = 1;
  for (int i = 1; i <= 10'002; ++i) log_.commit(i);
  EXPECT_FALSE(follower_->look().ok());
  EXPECT_EQ(told_.reloads, 0);
  EXPECT_THAT(catch_up(), IsEmpty());
  EXPECT_EQ(told_.reloads, 1);
  log_.commit(10'003);
  EXPECT_THAT(catch_up(), ElementsAre(10'003));
}

TEST_F(FollowerTest, ListenersHearTheirWorkspaceAloneOnceAndInOrder) {
  start();
  const WorkspaceId mine = WorkspaceId::random();
  std::vector<std::int64_t> heard, others;
  auto handle =
      follower_->listen(mine, [&](const Change& change) { heard.push_back(change.sequence); });
  const auto other = follower_->listen(
      WorkspaceId::random(), [&](const Change& change) { others.push_back(change.sequence); });
  for (int i = 1; i <= 4; ++i) {
    log_.commit(i);
    if (i != 3) log_.rows[i].workspace_id = mine;
  }
  catch_up();
  catch_up();
  EXPECT_THAT(heard, ElementsAre(1, 2, 4));
  EXPECT_THAT(others, IsEmpty());
  handle.reset();
  log_.commit(5);
  log_.rows[5].workspace_id = mine;
  catch_up();
  EXPECT_THAT(heard, ElementsAre(1, 2, 4));
}

TEST_F(FollowerTest, AListenerMayEndItselfAndOthers) {
  start();
  int calls = 0;
  std::shared_ptr<void> first, second;
  first = follower_->listen(WorkspaceId(), [&](const Change&) {
    ++calls;
    first.reset();
    second.reset();
  });
  second = follower_->listen(WorkspaceId(), [&](const Change&) { ++calls; });
  log_.commit(1);
  log_.commit(2);
  catch_up();
  EXPECT_EQ(calls, 1);
}

TEST_F(FollowerTest, AListenersIndexIsPutBeforeItHears) {
  start();
  std::size_t put = 0;
  const auto handle =
      follower_->listen(WorkspaceId(), [&](const Change&) { put = told_.put.size(); });
  log_.commit(1, "indexed");
  catch_up();
  EXPECT_EQ(put, 1U);
}

TEST_F(FollowerTest, ItLooksWhenItIsWoken) {
  start();
  std::promise<std::int64_t> heard;
  const auto handle = follower_->listen(
      WorkspaceId(), [&](const Change& change) { heard.set_value(change.sequence); });
  log_.commit(1);
  follower_->wake();
  std::jthread thread([&](const std::stop_token& stop) { follower_->run(stop); });
  EXPECT_EQ(heard.get_future().get(), 1);
}

TEST_F(FollowerTest, ANodeThatSleptForADayLoadsAnew) {
  start();
  log_.commit(1);
  clock_.time += ChangeFollower::kKept - std::chrono::hours(2);
  EXPECT_THAT(catch_up(), ElementsAre(1));
  EXPECT_EQ(told_.reloads, 0);
  log_.rows.clear();
  log_.commit(900);
  clock_.time += ChangeFollower::kKept;
  EXPECT_THAT(catch_up(), IsEmpty());
  EXPECT_EQ(told_.reloads, 1);
  log_.commit(901);
  EXPECT_THAT(catch_up(), ElementsAre(901));
}

}  // namespace
}  // namespace monitora
