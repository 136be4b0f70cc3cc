// The TCP socket under an ODBC connection, which ODBC itself does not show.
#pragma once

#include <sys/types.h>

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
  // The operating system gives up on a peer that no longer acknowledges.
  void keep_alive() const;

 private:
  friend class SocketFinder;
  Socket(int fd, ino_t inode) : fd_(fd), inode_(inode) {}
  bool is_ours() const;
  int fd_ = -1;
  ino_t inode_ = 0;
};

// Between construction and find() this thread opens one connection, and no other thread one through
// a SocketFinder.
class SocketFinder {
 public:
  // `port`: the server's, 0 when it is not known.
  explicit SocketFinder(int port);
  Socket find() const;

 private:
  std::vector<ino_t> sockets(std::vector<int>* fds) const;
  int port_;
  std::vector<ino_t> before_;
};

}  // namespace monitora::sql::odbc
