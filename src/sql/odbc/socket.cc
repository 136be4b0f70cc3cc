#include "sql/odbc/socket.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

namespace monitora::sql::odbc {
namespace {

constexpr int kIdleSeconds = 30;  // without a sign before the first probe
constexpr int kProbeSeconds = 10;
constexpr int kProbes = 3;
constexpr unsigned kUnackedMillis = 30'000;  // sent and not acknowledged

int peer_port(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return -1;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return -1;
}

}  // namespace

bool Socket::is_ours() const {
  struct stat status {};
  return fd_ >= 0 && ::fstat(fd_, &status) == 0 && S_ISSOCK(status.st_mode) &&
         status.st_ino == inode_;
}

void Socket::shut_down() const {
  if (is_ours()) ::shutdown(fd_, SHUT_RDWR);
}

bool Socket::is_closed() const {
  if (fd_ < 0) return false;
  if (!is_ours()) return true;
  pollfd poll{fd_, POLLIN | POLLRDHUP, 0};
  return ::poll(&poll, 1, 0) > 0;  // even something to read: nobody asked for it
}

void Socket::keep_alive() const {
  if (!is_ours()) return;
  const auto set = [&](int level, int name, auto value) {
    ::setsockopt(fd_, level, name, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kProbeSeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUnackedMillis);
}

SocketFinder::SocketFinder(int port) : port_(port), before_(sockets(nullptr)) {}

std::vector<ino_t> SocketFinder::sockets(std::vector<int>* fds) const {
  std::vector<ino_t> found;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    struct stat status {};
    if (entry->d_name[0] == '.' || ::fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode)) continue;
    const int port = peer_port(fd);
    if (port <= 0 || (port_ != 0 && port != port_)) continue;
    found.push_back(status.st_ino);
    if (fds != nullptr) fds->push_back(fd);
  }
  ::closedir(directory);
  return found;
}

Socket SocketFinder::find() const {
  std::vector<int> fds;
  const std::vector<ino_t> after = sockets(&fds);
  Socket found;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (std::find(before_.begin(), before_.end(), after[i]) != before_.end()) continue;
    if (found.found()) return {};  // two: somebody else's is among them
    found = Socket(fds[i], after[i]);
  }
  return found;
}

}  // namespace monitora::sql::odbc
