// A bounded pool of threads for work that blocks: databases, files, computing.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"

namespace monitora::net {

class WorkerPool {
 public:
  // `name` is for threads' names and messages (at most 12 characters).
  WorkerPool(std::string name, std::size_t threads, std::size_t queue_limit);
  ~WorkerPool();  // stop()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Queues `work`, or answers unavailable `saturated` (Retry-After 1) at once when `queue_limit`
  // pieces already wait, and unavailable `stopping` after stop(). Thread-safe. What work throws is
  // logged.
  Status post(std::function<void()> work);
  // The next step of work that post() had admitted: queued whatever the limit, so that something
  // half done is not refused. False after stop().
  bool post_next_step(std::function<void()> work);

  std::size_t queued() const;
  std::size_t threads() const { return threads_.size(); }
  // Runs what is queued, then ends the threads. Idempotent.
  void stop();

 private:
  void run();

  const std::string name_;
  const std::size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace monitora::net
