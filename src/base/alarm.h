// Does something about work that is late, from another thread: at a time, or once a stop is asked
// for, whatever the one who works is waiting in.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/deadline.h"

namespace monitora {

// From construction to destruction. One thread of the process rings all.
class Alarm {
 public:
  using Time = Deadline::SteadyClock::time_point;
  static constexpr Time kNever = Time::max();
  // What is done, and when next. Short, as all others wait for it, and without another alarm.
  using Ring = std::function<Time()>;

  // Rings at `at`, or at once when `stop` is asked for. Neither begins nor goes on after the
  // destructor.
  Alarm(Time at, const std::stop_token& stop, Ring ring);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  class Clock;
  struct Set {
    Time at;
    Ring ring;
  };
  Set set_;
  std::list<Set*>::iterator place_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace monitora
