#include "jobs/runner.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "base/deadline.h"
#include "ports/job_store.h"

namespace monitora::jobs {
namespace {

// A queue in memory that records what became of each job.
class MemoryQueue final : public JobStore {
 public:
  Result<JobId> enqueue(const std::string& kind, const std::string& payload, Time) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({JobId::random(), kind, payload, 0});
    return waiting_.back().id;
  }
  Status enqueue_periodic(const std::string&, std::chrono::seconds) override {
    return Status::internal("not part of running");
  }
  Result<std::optional<Job>> lease(const std::string&, const std::vector<std::string>&,
                                   std::chrono::seconds) override {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return std::optional<Job>();
    Job job = waiting_.front();
    waiting_.erase(waiting_.begin());
    ++job.attempts;
    running_ = job;
    return std::optional<Job>(job);
  }
  Status extend(const std::string&, const JobId&, std::chrono::seconds) override {
    return lost_ ? Status(Code::conflict, "lease_lost", {}) : Status();
  }
  Status complete(const std::string&, const JobId&) override { return end("completed"); }
  Status fail(const std::string&, const JobId&, const std::string&,
              std::optional<std::chrono::seconds> retry_in) override {
    {
      const std::lock_guard lock(mutex_);
      if (retry_in) {
        delays_.push_back(retry_in->count());
        if (*retry_in > std::chrono::seconds(0)) waiting_.push_back(running_);
      }
    }
    return retry_in ? end(retry_in->count() == 0 ? "given back" : "") : end("failed");
  }
  Result<Counts> counts() override { return Counts(); }
  Status remove_finished(Time) override { return {}; }

  std::string wait_for_end() {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [&] { return !ended_.empty(); });
    return ended_;
  }
  std::vector<long> delays() {
    const std::lock_guard lock(mutex_);
    return delays_;
  }
  std::atomic<bool> lost_ = false;

 private:
  Status end(const std::string& how) {
    const std::lock_guard lock(mutex_);
    if (!how.empty()) ended_ = how;
    condition_.notify_all();
    return {};
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  std::vector<Job> waiting_;
  Job running_;
  std::vector<long> delays_;
  std::string ended_;
};

TEST(Runner, RunsAJobWithItsPayload) {
  MemoryQueue queue;
  std::string seen;
  Runner runner(queue,
                {{"greet",
                  [&](const std::string& payload, bool) {
                    seen = payload;
                    return Status();
                  }}},
                {.node = "a"});
  ASSERT_TRUE(queue.enqueue("greet", "{}", {}).ok());
  runner.wake();
  EXPECT_EQ(queue.wait_for_end(), "completed");
  EXPECT_EQ(seen, "{}");
}

TEST(Runner, TriesAgainLaterAndLaterThenFailsForGood) {
  MemoryQueue queue;
  std::vector<bool> last;
  Runner runner(queue,
                {{"break",
                  [&](const std::string&, bool last_attempt) {
                    last.push_back(last_attempt);
                    return Status::internal("broken");
                  }}},
                {.node = "a"});
  ASSERT_TRUE(queue.enqueue("break", "{}", {}).ok());
  runner.wake();
  EXPECT_EQ(queue.wait_for_end(), "failed");
  EXPECT_EQ(queue.delays(), (std::vector<long>{5, 25, 125, 625}));
  EXPECT_EQ(last, (std::vector<bool>{false, false, false, false, true}));
}

TEST(Runner, AStopInterruptsTheJobAndGivesItBack) {
  MemoryQueue queue;
  std::mutex mutex;
  std::condition_variable_any condition;
  bool started = false;
  auto runner = std::make_unique<Runner>(
      queue,
      std::map<std::string, Handler>{{"long",
                                      [&](const std::string&, bool) {
                                        std::unique_lock lock(mutex);
                                        started = true;
                                        condition.notify_all();
                                        condition.wait(lock, Deadline::current().stop(),
                                                       [] { return false; });
                                        return Status::cancelled();
                                      }}},
      RunnerOptions{.node = "a"});
  ASSERT_TRUE(queue.enqueue("long", "{}", {}).ok());
  runner->wake();
  {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return started; });
  }
  runner.reset();
  EXPECT_EQ(queue.wait_for_end(), "given back");
}

TEST(Runner, ALostLeaseStopsTheJob) {
  MemoryQueue queue;
  queue.lost_ = true;
  Runner runner(queue,
                {{"long",
                  [&](const std::string&, bool) {
                    std::mutex mutex;
                    std::condition_variable_any condition;
                    std::unique_lock lock(mutex);
                    condition.wait(lock, Deadline::current().stop(), [] { return false; });
                    return Status();
                  }}},
                {.node = "a", .lease = std::chrono::seconds(1)});
  ASSERT_TRUE(queue.enqueue("long", "{}", {}).ok());
  runner.wake();
  EXPECT_EQ(queue.wait_for_end(), "completed");
}

}  // namespace
}  // namespace monitora::jobs
