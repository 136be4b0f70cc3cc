// Ends calls that wait for the server past their deadline, or that get more from it than is wanted.
//
// ODBC's own timeouts count in seconds and do not know a client that went away. So at the deadline,
// or when the stop is asked for, the statement is cancelled where the driver can do that; when the
// call still has not returned after a grace, the socket is shut down, and the driver's read ends
// with an error. What a driver reads into its memory it does not bound: the socket's count does.
//
// FreeTDS can cancel. Microsoft's driver cannot: its SQLCancel waits for the very call that it is
// to end. It gets a query timeout instead (see OdbcConnection), for whose whole seconds the grace
// leaves room, and a stop shuts its socket down at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/deadline.h"

namespace monitora::sql::odbc {

class Socket;
class SocketFinder;

// A call in progress: from construction to destruction on the calling thread.
class WatchedCall {
 public:
  static constexpr std::chrono::milliseconds kGrace{1500};

  // `statement` (an SQLHSTMT, or null where it cannot be cancelled) and `socket` outlive it.
  // `most_received`: where the socket's count may come to; 0: anywhere.
  WatchedCall(const Deadline& deadline, void* statement, const Socket& socket,
              std::uint64_t most_received = 0);
  // One that opens the connection that `finder`, which outlives it, looks for.
  WatchedCall(const Deadline& deadline, const SocketFinder& finder);
  ~WatchedCall();
  WatchedCall(const WatchedCall&) = delete;
  WatchedCall& operator=(const WatchedCall&) = delete;
  // Something was done about it.
  bool fired() const;
  bool received_too_much() const;

 private:
  struct Watched;
  std::unique_ptr<Watched> watched_;  // none without a deadline
};

}  // namespace monitora::sql::odbc
