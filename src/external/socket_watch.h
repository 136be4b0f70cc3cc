// Shuts a socket down at a deadline, or when a stop is asked for, whatever the library that reads
// it is doing: one that waits where it should not, or that gets more bytes without end, comes back
// with an error.
#pragma once

#include <list>
#include <memory>

#include "base/deadline.h"

namespace monitora::external {

// From construction to destruction, on the thread that works. One thread of the process watches
// all.
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

  class Watched;
  class Watcher;

 private:
  std::unique_ptr<Watched> watched_;
  std::list<Watched*>::iterator place_;
};

}  // namespace monitora::external
