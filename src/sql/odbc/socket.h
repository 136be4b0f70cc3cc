// The TCP socket under an ODBC connection, which ODBC itself does not show.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace monitora::sql::odbc {

// Found by comparing this process's sockets before and after the connection opened. Copyable; only
// names the socket, which stays the driver's: a number that the driver closed and somebody else got
// since is noticed and left alone.
class Socket {
 public:
  Socket() = default;  // none: nothing below does anything

  bool found() const { return fd_ >= 0; }
  // Ends every read and write on it, from any thread.
  void shut_down() const;
  // The other end closed it, or there is an error on it. To be asked while nothing is awaited.
  bool is_closed() const;
  // Bytes since it was opened; 0 where the system does not say.
  std::uint64_t received() const;
  // The operating system gives up on a peer that no longer acknowledges.
  void keep_alive() const;

 private:
  friend class SocketFinder;
  Socket(int fd, ino_t inode) : fd_(fd), inode_(inode) {}
  bool is_ours() const;
  int fd_ = -1;
  ino_t inode_ = 0;
};

// Where a server is.
struct Endpoint {
  std::vector<std::string> addresses;  // numeric, sorted; empty: not known
  int port = 0;                        // 0: not known
  auto operator<=>(const Endpoint&) const = default;
};
// Looks `host` up as the drivers do on this thread. Of "NAME\INSTANCE" the port is not known.
Endpoint endpoint_of(const std::string& host, int port);

// Between construction and find() this thread opens one connection, and no other thread one to the
// same endpoint through a SocketFinder.
class SocketFinder {
 public:
  explicit SocketFinder(Endpoint server);
  Socket find() const;

 private:
  std::vector<ino_t> sockets(std::vector<int>* fds) const;
  Endpoint server_;
  std::vector<ino_t> before_;
};

}  // namespace monitora::sql::odbc
