// How long the current piece of work may take, and whether anybody still wants it.
//
// The deadline belongs to the thread that does the work: a worker sets it with ScopedDeadline at
// the start of a request or a job, and whatever waits below (a pool, a statement, an outbound call)
// reads it with Deadline::current() instead of every function in between passing it on.
#pragma once

#include <chrono>
#include <stop_token>

namespace monitora {

class Deadline {
 public:
  using SteadyClock = std::chrono::steady_clock;

  static Deadline never() { return {}; }
  static Deadline in(SteadyClock::duration left, std::stop_token stop = {}) {
    Deadline deadline;
    deadline.at_ = SteadyClock::now() + left;
    deadline.stop_ = std::move(stop);
    return deadline;
  }
  // The deadline of the work this thread is doing; never() outside of one.
  static const Deadline& current();

  bool expired() const { return SteadyClock::now() >= at_ || stop_.stop_requested(); }
  SteadyClock::time_point at() const { return at_; }
  const std::stop_token& stop() const { return stop_; }
  // What is left, at least zero, at most `at_most`.
  std::chrono::milliseconds left(std::chrono::milliseconds at_most) const;

 private:
  SteadyClock::time_point at_ = SteadyClock::time_point::max();
  std::stop_token stop_;
};

class ScopedDeadline {
 public:
  explicit ScopedDeadline(Deadline deadline);
  ~ScopedDeadline();
  ScopedDeadline(const ScopedDeadline&) = delete;
  ScopedDeadline& operator=(const ScopedDeadline&) = delete;

 private:
  Deadline previous_;
};

}  // namespace monitora
