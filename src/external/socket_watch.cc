#include "external/socket_watch.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace monitora::external {

using Steady = Deadline::SteadyClock;

class SocketWatch::Watched {
 public:
  Deadline deadline;
  int given = -1;
  // A number of our own for the same socket: the caller's may be closed meanwhile and be somebody
  // else's.
  int ours = -1;
  bool is_over = false;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;

  void shut_down() const {
    if (ours >= 0) ::shutdown(ours, SHUT_RDWR);
  }
};

class SocketWatch::Watcher {
 public:
  static Watcher& instance() {
    static Watcher watcher;
    return watcher;
  }

  std::mutex mutex;
  std::list<Watched*> all;

  // The mutex is held. `by`: when it has to look at the latest.
  void wake(Steady::time_point by) {
    if (by >= wakes_at_) return;
    wakes_at_ = by;
    changed_.notify_all();
  }

 private:
  Watcher() : thread_([this](const std::stop_token& stop) { watch(stop); }) {}

  void watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      // Not the end of time, which overflows in some libraries.
      wakes_at_ = Steady::now() + std::chrono::hours(1);
      for (Watched* each : all) {
        if (each->is_over) continue;
        each->is_over = each->deadline.expired();
        if (each->is_over)
          each->shut_down();
        else
          wakes_at_ = std::min(wakes_at_, each->deadline.at());
      }
      const auto planned = wakes_at_;
      changed_.wait_until(lock, stop, planned, [&] { return wakes_at_ < planned; });
    }
  }

  Steady::time_point wakes_at_{};
  std::condition_variable_any changed_;
  std::jthread thread_;
};

SocketWatch::SocketWatch(const Deadline& deadline) : watched_(std::make_unique<Watched>()) {
  watched_->deadline = deadline;
  Watcher& watcher = Watcher::instance();
  {
    const std::lock_guard lock(watcher.mutex);
    place_ = watcher.all.insert(watcher.all.end(), watched_.get());
    watcher.wake(deadline.at());
  }
  if (deadline.stop().stop_possible())
    watched_->on_stop.emplace(deadline.stop(), [&watcher] {
      const std::lock_guard lock(watcher.mutex);
      watcher.wake(Steady::time_point::min());
    });
}

SocketWatch::~SocketWatch() {
  watched_->on_stop.reset();
  Watcher& watcher = Watcher::instance();
  const std::lock_guard lock(watcher.mutex);
  watcher.all.erase(place_);
  if (watched_->ours >= 0) ::close(watched_->ours);
}

void SocketWatch::hold(int socket) {
  if (socket == watched_->given) return;
  const std::lock_guard lock(Watcher::instance().mutex);
  if (watched_->ours >= 0) ::close(watched_->ours);
  watched_->given = socket;
  watched_->ours = socket < 0 ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (watched_->is_over) watched_->shut_down();
}

}  // namespace monitora::external
