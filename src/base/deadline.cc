#include "base/deadline.h"

#include <algorithm>
#include <utility>

namespace monitora {
namespace {
thread_local Deadline current_deadline;
}  // namespace

const Deadline& Deadline::current() {
  return current_deadline;
}

std::chrono::milliseconds Deadline::left(std::chrono::milliseconds at_most) const {
  using std::chrono::milliseconds;
  if (stop_.stop_requested()) return milliseconds(0);
  if (at_ == SteadyClock::time_point::max()) return at_most;
  const auto rest = std::chrono::duration_cast<milliseconds>(at_ - SteadyClock::now());
  return std::clamp(rest, milliseconds(0), at_most);
}

ScopedDeadline::ScopedDeadline(Deadline deadline)
    : previous_(std::exchange(current_deadline, std::move(deadline))) {}
ScopedDeadline::~ScopedDeadline() {
  current_deadline = std::move(previous_);
}

}  // namespace monitora
