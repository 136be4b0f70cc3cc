#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "base/deadline.h"
#include "retrieval/hybrid_retriever.h"
#include "retrieval/retrieval_testing.h"

namespace monitora::retrieval {
namespace {

using testing::kDimension;
using testing::make_document;
using testing::MemorySource;
using testing::numbered;
using testing::word_vector;

const WorkspaceId kWorkspace = numbered<WorkspaceId>(7);
const WorkspaceId kOther = numbered<WorkspaceId>(8);

Result<Retrieved> ask(Retriever& retriever, const WorkspaceId& workspace) {
  return retriever.search(workspace, "livraison", word_vector("livraison", kDimension), {});
}

// kWorkspace loads when the test says so; others at once. Stops where the asking thread's time
// ends, as the stores do.
class SlowSource final : public ChunkSource {
 public:
  Result<std::int64_t> version(const WorkspaceId&) override { return std::int64_t{1}; }
  Status for_each(const WorkspaceId& workspace, const std::string&,
                  const std::function<Status(IndexedChunk)>& each) override {
    ++loads;
    if (workspace == kWorkspace) {
      begun.count_down();
      may_go_on.wait();
    }
    if (failing) return Status::internal("the disk is gone");
    for (const IndexedChunk& chunk : make_document(1, {"La livraison.", "Le retour."})) {
      if (Deadline::current().expired()) return Status(Code::deadline_exceeded, "too_late", {});
      MONITORA_TRY(each(chunk));
    }
    return {};
  }

  std::latch begun{1};
  std::latch may_go_on{1};
  std::atomic<int> loads = 0;
  std::atomic<bool> failing = false;
};

// A workspace of 100,000 chunks took longer to load than a question may: every question began it
// anew and none was ever answered.
TEST(Loading, IsNotCutOffWithTheRequestThatBeganIt) {
  SlowSource source;
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {});
  {
    const ScopedDeadline over(Deadline::in(std::chrono::seconds(0)));
    const auto found = ask(*retriever, kWorkspace);
    EXPECT_EQ(found.status().key(), "index_loading");
    EXPECT_EQ(found.status().code(), Code::unavailable);
    EXPECT_GT(found.status().retry_after_seconds().value_or(0), 0);
  }
  source.begun.wait();
  source.may_go_on.count_down();
  retriever->settle();
  const auto found = ask(*retriever, kWorkspace);
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_EQ(found->passages.size(), 2U);
  EXPECT_EQ(source.loads, 1);
}

// One large workspace used to hold up every worker.
TEST(Loading, OfOneWorkspaceHoldsUpNoOther) {
  SlowSource source;
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {});
  std::atomic<int> refused = 0;
  std::vector<std::jthread> visitors;  // joined before what they write to goes
  for (int i = 0; i < 8; ++i)
    visitors.emplace_back(
        [&] { refused += ask(*retriever, kWorkspace).status().key() == "index_loading"; });
  source.begun.wait();
  const auto other = retriever->count(kOther);
  ASSERT_TRUE(other.ok()) << other.status().to_string();
  EXPECT_EQ(*other, 2U);
  // Those beyond the few that may wait for long are answered while it is still being loaded.
  while (refused < 4) std::this_thread::yield();
  source.may_go_on.count_down();
}

TEST(Loading, EndsForAClientWhoLeaves) {
  SlowSource source;
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {});
  std::stop_source client;
  Status status;
  std::thread visitor([&] {
    const ScopedDeadline deadline(Deadline::in(std::chrono::hours(1), client.get_token()));
    status = retriever->count(kWorkspace).status();
  });
  source.begun.wait();
  client.request_stop();
  visitor.join();
  EXPECT_EQ(status.code(), Code::cancelled);
  source.may_go_on.count_down();
}

TEST(Loading, ChangesDoNotWaitAndAreThereAfterwards) {
  SlowSource source;
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {});
  ASSERT_TRUE(retriever
                  ->put_document(kWorkspace, numbered<DocumentId>(2),
                                 make_document(2, {"La livraison en Suisse."}), 2)
                  .ok());
  source.begun.wait();
  ASSERT_TRUE(retriever->remove_document(kWorkspace, numbered<DocumentId>(1), 3).ok());
  source.may_go_on.count_down();
  const auto found = ask(*retriever, kWorkspace);
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  ASSERT_EQ(found->passages.size(), 1U);
  EXPECT_EQ(found->passages[0].content, "La livraison en Suisse.");
  EXPECT_EQ(found->version, 3);
}

TEST(Loading, AFailureIsToldAndTheNextRequestTriesAgain) {
  SlowSource source;
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {});
  source.failing = true;
  EXPECT_EQ(ask(*retriever, kOther).status().code(), Code::internal);
  source.failing = false;
  EXPECT_TRUE(ask(*retriever, kOther).ok());
  EXPECT_EQ(source.loads, 2);
}

TEST(Loading, AReloadMeanwhileIsLoadedAgain) {
  SlowSource source;
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {});
  std::thread visitor([&] { EXPECT_TRUE(retriever->count(kWorkspace).ok()); });
  source.begun.wait();
  ASSERT_TRUE(retriever->reload().ok());
  source.may_go_on.count_down();
  visitor.join();
  EXPECT_EQ(source.loads, 2);
}

TEST(Loading, WhatWasInUseIsThereAfterAStart) {
  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("monitora-" + Uuid::random().to_string());
  MemorySource source;
  source.put(make_document(1, {"La livraison."}));
  const Options options{directory};
  {
    const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, options);
    ASSERT_TRUE(ask(*retriever, kWorkspace).ok());
    ASSERT_TRUE(retriever->save().ok());
  }
  source.put(make_document(2, {"Le retour."}));  // another node: what is saved here is old
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, options);
  retriever->preload();
  retriever->settle();
  EXPECT_EQ(source.loads(), 2);
  ASSERT_TRUE(ask(*retriever, kWorkspace).ok());
  EXPECT_EQ(source.loads(), 2);  // it was in memory
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace monitora::retrieval
