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
  Steady::time_point at;  // of the next step
  std::stop_token stop;
  void* statement = nullptr;
  const Socket* socket = nullptr;
  const SocketFinder* finder = nullptr;
  bool fired = false;   // the first step was made
  bool acting = false;  // the second thread is in SQLCancel for it
  bool gone = false;    // its socket was shut down
  std::list<Watched*>::iterator place;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

struct Watchdog::State {
  std::mutex mutex;
  std::condition_variable changed;  // for the threads
  std::condition_variable acted;    // for a call that wants to end
  std::list<Watched*> calls;
  Steady::time_point wakes_at = Steady::time_point::max();
  Watched* to_cancel = nullptr;
  bool ending = false;
  std::thread watcher, canceller;
};

Watchdog::Watchdog() : state_(std::make_unique<State>()) {
  state_->watcher = std::thread([this] { watch(); });
  state_->canceller = std::thread([this] { cancel(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->changed.notify_all();
  state_->watcher.join();
  state_->canceller.join();
}

Watchdog& Watchdog::instance() {
  static Watchdog watchdog;
  return watchdog;
}

// The lock is held.
void Watchdog::step(Watched& call, Steady::time_point now) {
  State& state = *state_;
  const bool stopped = call.stop.stop_requested();
  if (!call.fired) {
    call.fired = true;
    if (call.statement != nullptr && state.to_cancel == nullptr) {
      state.to_cancel = &call;
      call.acting = true;
      state.changed.notify_all();
    }
    if (call.statement != nullptr || !stopped) {
      call.at = now + kGrace;
      return;
    }
  }
  call.gone = true;
  if (call.socket != nullptr) call.socket->shut_down();
  if (call.finder == nullptr) return;
  call.finder->find().shut_down();
  // It may open another, or is not to be told from somebody else's now.
  call.gone = false;
  call.at = now + kGrace;
}

void Watchdog::watch() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  while (!state.ending) {
    const auto now = Steady::now();
    Steady::time_point next = Steady::time_point::max();
    for (Watched* call : state.calls) {
      if (call->gone) continue;
      if (call->at <= now || (!call->fired && call->stop.stop_requested())) step(*call, now);
      if (!call->gone) next = std::min(next, call->at);
    }
    state.wakes_at = next;
    if (next == Steady::time_point::max()) {
      state.changed.wait(lock);
    } else {
      state.changed.wait_until(lock, next);
    }
  }
}

void Watchdog::cancel() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  for (;;) {
    state.changed.wait(lock, [&] { return state.ending || state.to_cancel != nullptr; });
    if (state.to_cancel == nullptr) return;
    Watched& call = *state.to_cancel;
    lock.unlock();
    ::SQLCancel(call.statement);  // without the lock: it may wait for the server
    lock.lock();
    call.acting = false;
    state.to_cancel = nullptr;
    state.acted.notify_all();
  }
}

Watchdog::Call::Call(const Deadline& deadline, void* statement, const Socket* socket) {
  if (deadline.at() == Steady::time_point::max() && !deadline.stop().stop_possible()) return;
  watched_ = std::make_unique<Watched>();
  watched_->statement = statement;
  watched_->socket = socket;
  begin(deadline);
}

Watchdog::Call::Call(const Deadline& deadline, const SocketFinder& finder)
    : watched_(std::make_unique<Watched>()) {
  watched_->finder = &finder;
  begin(deadline);
}

void Watchdog::Call::begin(const Deadline& deadline) {
  watched_->at = deadline.at();
  watched_->stop = deadline.stop();
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
  return watched_->fired;
}

}  // namespace monitora::sql::odbc
