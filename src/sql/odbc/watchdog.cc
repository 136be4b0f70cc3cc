#include "sql/odbc/watchdog.h"

#include <sql.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "sql/odbc/socket.h"

namespace monitora::sql::odbc {

using Steady = Deadline::SteadyClock;

struct Watchdog::Watched {
  Steady::time_point at;
  std::stop_token stop;
  void* statement = nullptr;
  const Socket* socket = nullptr;
  bool cancelled = false;  // asked of the driver
  bool acting = false;     // the watchdog is in it just now, without the lock
  bool gone = false;       // its socket was shut down
  std::list<Watched*>::iterator place;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

struct Watchdog::State {
  std::mutex mutex;
  std::condition_variable changed;  // for the thread
  std::condition_variable acted;    // for a call that wants to end
  std::list<Watched*> calls;
  Steady::time_point wakes_at = Steady::time_point::max();
  bool ending = false;
  std::thread thread;
};

Watchdog::Watchdog() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([this] { run(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

Watchdog& Watchdog::instance() {
  static Watchdog watchdog;
  return watchdog;
}

void Watchdog::run() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  while (!state.ending) {
    const auto now = Steady::now();
    Steady::time_point next = Steady::time_point::max();
    Watched* due = nullptr;
    for (Watched* call : state.calls) {
      if (call->gone) continue;
      if (!call->cancelled && call->stop.stop_requested()) call->at = std::min(call->at, now);
      if (call->at <= now) {
        due = call;
        break;
      }
      next = std::min(next, call->at);
    }
    if (due == nullptr) {
      state.wakes_at = next;
      if (next == Steady::time_point::max()) {
        state.changed.wait(lock);
      } else {
        state.changed.wait_until(lock, next);
      }
      continue;
    }
    // Without the lock: a driver may take its time to send what asks for the end.
    const bool first = !due->cancelled && due->statement != nullptr;
    due->cancelled = true;
    due->acting = true;
    if (first) {
      due->at = now + kGrace;
    } else {
      due->gone = true;
    }
    lock.unlock();
    if (first) {
      ::SQLCancel(due->statement);
    } else if (due->socket != nullptr) {
      due->socket->shut_down();
    }
    lock.lock();
    due->acting = false;
    state.acted.notify_all();
  }
}

Watchdog::Call::Call(const Deadline& deadline, void* statement, const Socket* socket) {
  if (deadline.at() == Steady::time_point::max() && !deadline.stop().stop_possible()) return;
  watched_ = std::make_unique<Watched>();
  watched_->at = deadline.at();
  watched_->stop = deadline.stop();
  watched_->statement = statement;
  watched_->socket = socket;
  State& state = *Watchdog::instance().state_;
  bool wake = false;
  {
    const std::lock_guard lock(state.mutex);
    watched_->place = state.calls.insert(state.calls.end(), watched_.get());
    wake = watched_->at < state.wakes_at;
  }
  if (wake) state.changed.notify_all();
  if (deadline.stop().stop_possible())
    watched_->on_stop.emplace(deadline.stop(), [&state] {
      const std::lock_guard lock(state.mutex);
      state.wakes_at = Steady::time_point::min();
      state.changed.notify_all();
    });
}

Watchdog::Call::~Call() {
  if (!watched_) return;
  watched_->on_stop.reset();
  State& state = *Watchdog::instance().state_;
  std::unique_lock lock(state.mutex);
  state.acted.wait(lock, [&] { return !watched_->acting; });
  state.calls.erase(watched_->place);
}

bool Watchdog::Call::fired() const {
  if (!watched_) return false;
  const std::lock_guard lock(Watchdog::instance().state_->mutex);
  return watched_->cancelled;
}

}  // namespace monitora::sql::odbc
