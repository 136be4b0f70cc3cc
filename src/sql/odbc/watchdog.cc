#include "sql/odbc/watchdog.h"

#include <sql.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/alarm.h"
#include "sql/odbc/socket.h"

namespace monitora::sql::odbc {
namespace {

using Steady = Deadline::SteadyClock;

constexpr std::chrono::milliseconds kLook{10};  // at what a socket has received

// SQLCancel may wait for the server: a thread of its own calls it.
class Canceller {
 public:
  static Canceller& instance() {
    static Canceller canceller;
    return canceller;
  }

  // Unless it is busy with another.
  void cancel(void* statement) {
    const std::lock_guard lock(mutex_);
    if (statement_ != nullptr) return;
    statement_ = statement;
    changed_.notify_all();
  }

  // Until it has nothing more to do with that one.
  void wait_for(void* statement) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return statement_ != statement; });
  }

 private:
  Canceller() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [&] { return statement_ != nullptr; })) {
      void* const statement = statement_;
      lock.unlock();
      ::SQLCancel(statement);
      lock.lock();
      statement_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  void* statement_ = nullptr;
  std::jthread thread_;
};

}  // namespace

struct WatchedCall::Watched {
  Deadline deadline;
  void* statement = nullptr;
  const Socket* socket = nullptr;
  const SocketFinder* finder = nullptr;
  std::uint64_t most_received = 0;
  std::atomic<bool> fired = false;
  std::atomic<bool> too_much = false;
  std::optional<Alarm> alarm;

  void begin() {
    alarm.emplace(next_look(), deadline.stop(), [this] { return ring(); });
  }

  Alarm::Time next_look() const {
    return most_received == 0 ? deadline.at() : std::min(deadline.at(), Steady::now() + kLook);
  }

  Alarm::Time ring() {
    too_much = too_much || (most_received > 0 && socket->received() > most_received);
    if (!fired && !too_much && !deadline.expired()) return next_look();
    const bool stopped = deadline.stop().stop_requested();
    if (!fired.exchange(true) && !too_much) {
      if (statement != nullptr) Canceller::instance().cancel(statement);
      if (statement != nullptr || !stopped) return Steady::now() + kGrace;
    }
    if (socket != nullptr) {
      socket->shut_down();
      return Alarm::kNever;
    }
    finder->find().shut_down();
    // It may open another, or is not to be told from somebody else's now.
    return Steady::now() + kGrace;
  }
};

WatchedCall::WatchedCall(const Deadline& deadline, void* statement, const Socket& socket,
                         std::uint64_t most_received) {
  if (deadline.at() == Steady::time_point::max() && !deadline.stop().stop_possible() &&
      most_received == 0)
    return;
  watched_ = std::make_unique<Watched>();
  watched_->deadline = deadline;
  watched_->statement = statement;
  watched_->socket = &socket;
  watched_->most_received = most_received;
  watched_->begin();
}

WatchedCall::WatchedCall(const Deadline& deadline, const SocketFinder& finder)
    : watched_(std::make_unique<Watched>()) {
  watched_->deadline = deadline;
  watched_->finder = &finder;
  watched_->begin();
}

WatchedCall::~WatchedCall() {
  if (!watched_) return;
  watched_->alarm.reset();
  if (watched_->fired && watched_->statement != nullptr)
    Canceller::instance().wait_for(watched_->statement);
}

bool WatchedCall::fired() const {
  return watched_ && watched_->fired;
}

bool WatchedCall::received_too_much() const {
  return watched_ && watched_->too_much;
}

}  // namespace monitora::sql::odbc
