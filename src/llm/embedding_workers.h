// Which of a fixed number of workers is free. A person's question goes before passages being
// indexed, however many of them wait.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/status.h"
#include "ports/embedder.h"

namespace monitora::llm {

// Thread-safe.
class EmbeddingWorkers {
 public:
  explicit EmbeddingWorkers(int count);

  // A worker's number, from 0, for the caller alone until give_back(). Waits as long as
  // Deadline::current() allows: deadline_exceeded or cancelled after that.
  Result<int> borrow(Embedder::Kind kind);
  void give_back(int worker);
  // How many callers wait in borrow().
  int waiting() const;

 private:
  bool wait(std::unique_lock<std::mutex>& lock, Embedder::Kind kind);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<int> free_;
  int waiting_queries_ = 0;
  int waiting_passages_ = 0;
};

}  // namespace monitora::llm
