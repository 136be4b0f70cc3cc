#include "llm/embedding_workers.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/deadline.h"

namespace monitora::llm {
namespace {

using Kind = Embedder::Kind;

void wait_for_waiting(const EmbeddingWorkers& workers, int count) {
  while (workers.waiting() < count) std::this_thread::yield();
}

TEST(EmbeddingWorkers, LendsEachOnce) {
  EmbeddingWorkers workers(2);
  EXPECT_EQ(*workers.borrow(Kind::passage), 0);
  EXPECT_EQ(*workers.borrow(Kind::query), 1);
  workers.give_back(0);
  EXPECT_EQ(*workers.borrow(Kind::query), 0);
}

TEST(EmbeddingWorkers, AQuestionGoesBeforePassagesThatWaitedLonger) {
  EmbeddingWorkers workers(1);
  const int held = *workers.borrow(Kind::passage);
  std::string order;
  const auto borrower = [&](Kind kind, char name) {
    return std::thread([&workers, &order, kind, name] {
      const int worker = *workers.borrow(kind);
      order += name;  // whoever holds the one worker is alone here
      workers.give_back(worker);
    });
  };
  std::thread first = borrower(Kind::passage, 'p');
  wait_for_waiting(workers, 1);
  std::thread second = borrower(Kind::passage, 'p');
  wait_for_waiting(workers, 2);
  std::thread query = borrower(Kind::query, 'q');
  wait_for_waiting(workers, 3);
  workers.give_back(held);
  for (std::thread* thread : {&first, &second, &query}) thread->join();
  EXPECT_EQ(order, "qpp");
}

// Under sixteen clients the slowest answers took three times the usual: a worker went to whichever
// question woke first.
TEST(EmbeddingWorkers, QuestionsAreServedInTheOrderInWhichTheyCame) {
  EmbeddingWorkers workers(1);
  const int held = *workers.borrow(Kind::query);
  std::string order;
  std::vector<std::thread> questions;
  for (int i = 0; i < 8; ++i) {
    questions.emplace_back([&workers, &order, i] {
      const int worker = *workers.borrow(Kind::query);
      order += static_cast<char>('a' + i);
      workers.give_back(worker);
    });
    wait_for_waiting(workers, i + 1);
  }
  workers.give_back(held);
  for (std::thread& question : questions) question.join();
  EXPECT_EQ(order, "abcdefgh");
}

TEST(EmbeddingWorkers, WaitsNoLongerThanTheDeadline) {
  EmbeddingWorkers workers(1);
  const int held = *workers.borrow(Kind::passage);
  {
    const ScopedDeadline soon(Deadline::in(std::chrono::milliseconds(1)));
    EXPECT_EQ(workers.borrow(Kind::query).status().code(), Code::deadline_exceeded);
  }
  EXPECT_EQ(workers.waiting(), 0);
  workers.give_back(held);
  EXPECT_TRUE(workers.borrow(Kind::passage).ok());  // the query that left holds nobody back
}

TEST(EmbeddingWorkers, StopsWaitingWhenTheClientLeaves) {
  EmbeddingWorkers workers(1);
  const int held = *workers.borrow(Kind::passage);
  std::stop_source client;
  Status status;
  std::thread query([&] {
    const ScopedDeadline deadline(Deadline::in(std::chrono::hours(1), client.get_token()));
    status = workers.borrow(Kind::query).status();
  });
  wait_for_waiting(workers, 1);
  client.request_stop();
  query.join();
  EXPECT_EQ(status.code(), Code::cancelled);
  workers.give_back(held);
}

}  // namespace
}  // namespace monitora::llm
