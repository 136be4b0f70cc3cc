// Runs work on a bounded pool of threads.
#pragma once

#include <functional>

#include "base/status.h"

namespace monitora {

class Executor {
 public:
  virtual ~Executor() = default;
  // Queues `work`, or answers unavailable `saturated` (with Retry-After) at once when the queue is
  // full. Work must not throw. Thread-safe.
  virtual Status post(std::function<void()> work) = 0;
  // Queues `work` even when the queue is full: for the end of something that was accepted already.
  virtual void must_post(std::function<void()> work) = 0;
};

}  // namespace monitora
