#include "llm/embedding_workers.h"

#include <algorithm>

#include "base/deadline.h"

namespace monitora::llm {

EmbeddingWorkers::EmbeddingWorkers(int count) {
  for (int worker = count - 1; worker >= 0; --worker) free_.push_back(worker);
}

bool EmbeddingWorkers::wait(std::unique_lock<std::mutex>& lock, Embedder::Kind kind) {
  const bool is_query = kind == Embedder::Kind::query;
  std::deque<std::uint64_t>& line = is_query ? queries_ : passages_;
  const std::uint64_t ticket = next_++;
  line.push_back(ticket);
  // Without a line, some questions would wait several times as long as others.
  const auto mine = [&] {
    return !free_.empty() && line.front() == ticket && (is_query || queries_.empty());
  };
  const Deadline& deadline = Deadline::current();
  const bool got =
      mine() || (deadline.at() == Deadline::SteadyClock::time_point::max()
                     ? changed_.wait(lock, deadline.stop(), mine)
                     : changed_.wait_until(lock, deadline.stop(), deadline.at(), mine));
  line.erase(std::find(line.begin(), line.end(), ticket));
  return got;
}

Result<int> EmbeddingWorkers::borrow(Embedder::Kind kind) {
  std::unique_lock lock(mutex_);
  const bool got = wait(lock, kind);
  const Deadline& deadline = Deadline::current();
  if (got && !deadline.expired()) {
    const int worker = free_.back();
    free_.pop_back();
    if (!free_.empty()) changed_.notify_all();  // those behind this one
    return worker;
  }
  changed_.notify_all();  // the wake-up that came here may have been another's
  if (deadline.stop().stop_requested()) return Status::cancelled();
  return Status(Code::deadline_exceeded, "deadline_exceeded",
                {"Le serveur a mis trop de temps à répondre. Réessayez.",
                 "The server took too long to answer. Try again."},
                "waiting for an embedding worker");
}

void EmbeddingWorkers::give_back(int worker) {
  const std::lock_guard lock(mutex_);
  free_.push_back(worker);
  changed_.notify_all();
}

int EmbeddingWorkers::waiting() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(queries_.size() + passages_.size());
}

}  // namespace monitora::llm
