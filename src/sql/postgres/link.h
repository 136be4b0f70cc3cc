// A connection of libpq on which no wait is longer than Deadline::current(). Used by this driver
// only, by one thread at a time.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/deadline.h"
#include "base/status.h"

namespace monitora::sql {

struct ResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultCloser>;

class Link {
 public:
  // Connects and leaves the connection in pipeline mode.
  static Result<std::unique_ptr<Link>> open(const std::string& uri, const std::string& password);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  PGconn* get() const { return connection_; }
  bool is_broken() const { return connection_ == nullptr; }

  // Everything that libpq holds is on its way; reads meanwhile, so that neither side waits for the
  // other.
  Status flush();
  // The next result; empty at the end of a command's.
  Result<ResultPtr> next();
  // Whether the server has closed its end; asks nothing.
  bool looks_open();

  // How many more bytes it may receive: beyond, next() loses it. libpq has no bound of its own, and
  // keeps a whole row in memory. Over TCP only.
  void limit_received(std::uint64_t bytes);
  bool received_too_much() const { return received_too_much_; }

  // Closes it, and says why. A deadline that has passed is the reason, if one has.
  Status lost(std::string_view doing);

 private:
  explicit Link(PGconn* connection) : connection_(connection) {}
  Status connect();
  Status set_up();
  // Until the socket can be read or written; false when the deadline or a stop came first.
  bool wait(bool read, bool write);

  PGconn* connection_ = nullptr;
  std::uint64_t received() const;  // since it was opened; 0 where the system does not say

  std::uint64_t most_received_ = 0;  // 0: no limit
  bool received_too_much_ = false;
  int wake_ = -1;  // an eventfd: a stop request ends a wait
};

}  // namespace monitora::sql
