#include "base/alarm.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace monitora {

using Steady = Deadline::SteadyClock;

class Alarm::Clock {
 public:
  static Clock& instance() {
    static Clock clock;
    return clock;
  }

  std::list<Set*>::iterator add(Set& set) {
    const std::lock_guard lock(mutex_);
    wake(set.at);
    return all_.insert(all_.end(), &set);
  }

  void remove(std::list<Set*>::iterator place) {
    const std::lock_guard lock(mutex_);
    all_.erase(place);
  }

  void ring_now(Set& set) {
    const std::lock_guard lock(mutex_);
    set.at = Time::min();
    wake(set.at);
  }

 private:
  Clock() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

  void wake(Time by) {
    if (by >= wakes_at_) return;
    wakes_at_ = by;
    changed_.notify_all();
  }

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      const Time now = Steady::now();
      // Not the end of time, which overflows in some libraries.
      Time next = now + std::chrono::hours(1);
      for (Set* each : all_) {
        if (each->at <= now) each->at = each->ring();
        next = std::min(next, each->at);
      }
      wakes_at_ = next;
      changed_.wait_until(lock, stop, next, [&] { return wakes_at_ < next; });
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<Set*> all_;
  Time wakes_at_{};
  std::jthread thread_;
};

Alarm::Alarm(Time at, const std::stop_token& stop, Ring ring)
    : set_{at, std::move(ring)}, place_(Clock::instance().add(set_)) {
  if (stop.stop_possible()) on_stop_.emplace(stop, [this] { Clock::instance().ring_now(set_); });
}

Alarm::~Alarm() {
  on_stop_.reset();
  Clock::instance().remove(place_);
}

}  // namespace monitora
