// Ends calls that wait for the server past their deadline.
//
// ODBC's own timeouts count in seconds and do not know a client that went away. So one thread
// watches every call in progress: at the deadline, or when the stop is asked for, a second one
// cancels the statement where the driver can do that; when the call still has not returned after a
// grace, the first shuts the socket down, and the driver's read ends with an error.
//
// FreeTDS can cancel. Microsoft's driver cannot: its SQLCancel waits for the very call that it is
// to end. It gets a query timeout instead (see OdbcConnection), for whose whole seconds the grace
// leaves room, and a stop shuts its socket down at once.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <stop_token>

#include "base/deadline.h"

namespace monitora::sql::odbc {

class Socket;
class SocketFinder;

class Watchdog {
 public:
  static constexpr std::chrono::milliseconds kGrace{1500};

  // One a process, started with the first watched call; thread-safe.
  static Watchdog& instance();

  struct Watched;

  // A call in progress: from construction to destruction on the calling thread. `statement` (an
  // SQLHSTMT, or null where it cannot be cancelled) and `socket` outlive it.
  class Call {
   public:
    Call(const Deadline& deadline, void* statement, const Socket* socket);
    // One that opens the connection that `finder`, which outlives it, looks for.
    Call(const Deadline& deadline, const SocketFinder& finder);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    // The watchdog did something about it.
    bool fired() const;

   private:
    void begin(const Deadline& deadline);
    std::unique_ptr<Watched> watched_;  // none without a deadline
  };

  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  Watchdog();
  ~Watchdog();
  void watch();
  void cancel();
  void step(Watched& call, Deadline::SteadyClock::time_point now);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monitora::sql::odbc
