// Shuts a socket down at a deadline, or when a stop is asked for, whatever the library that reads
// it is doing: one that waits where it should not, or that gets more bytes without end, comes back
// with an error.
#pragma once

#include <mutex>

#include "base/alarm.h"

namespace monitora::external {

// From construction to destruction, on the thread that works.
class SocketWatch {
 public:
  // Without a socket until hold().
  explicit SocketWatch(const Deadline& deadline);
  SocketWatch(const Deadline& deadline, int socket) : SocketWatch(deadline) { hold(socket); }
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // This one instead of the one before; a negative number is none. The socket stays the caller's,
  // who may close it.
  void hold(int socket);

 private:
  std::mutex mutex_;
  int given_ = -1;
  // A number of our own for the same socket: the caller's may be closed meanwhile and be somebody
  // else's.
  int ours_ = -1;
  bool is_over_ = false;
  std::optional<Alarm> alarm_;
};

}  // namespace monitora::external
