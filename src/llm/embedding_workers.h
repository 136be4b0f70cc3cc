// Which of a fixed number of workers is free. A person's question goes before passages being
// indexed, however many of them wait; among its kind, who came first is served first.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
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
  // The numbers of those who wait, in the order in which they came.
  std::deque<std::uint64_t> queries_;
  std::deque<std::uint64_t> passages_;
  std::uint64_t next_ = 0;
};

}  // namespace monitora::llm
