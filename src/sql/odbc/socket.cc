#include "sql/odbc/socket.h"

#include <dirent.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace monitora::sql::odbc {
namespace {

constexpr int kIdleSeconds = 30;  // without a sign before the first probe
constexpr int kProbeSeconds = 10;
constexpr int kProbes = 3;
constexpr unsigned kUnackedMillis = 30'000;  // sent and not acknowledged

// Without the form that an IPv4 address has on an IPv6 socket.
std::string numeric(const sockaddr* address, socklen_t length) {
  char text[NI_MAXHOST] = "";
  if (::getnameinfo(address, length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) return {};
  const std::string_view mapped = "::ffff:";
  std::string found = text;
  return found.starts_with(mapped) && found.find('.') != std::string::npos
             ? found.substr(mapped.size())
             : found;
}

// With no address and port -1 where the other end is none of the internet.
Endpoint peer_of(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto* const peer = reinterpret_cast<sockaddr*>(&address);
  if (::getpeername(fd, peer, &length) != 0) return {{}, -1};
  if (address.ss_family == AF_INET)
    return {{numeric(peer, length)}, ntohs(reinterpret_cast<const sockaddr_in*>(peer)->sin_port)};
  if (address.ss_family == AF_INET6)
    return {{numeric(peer, length)}, ntohs(reinterpret_cast<const sockaddr_in6*>(peer)->sin6_port)};
  return {{}, -1};
}

void look_up(const char* host, std::vector<std::string>& addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host, nullptr, &hints, &found) != 0) return;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next)
    addresses.push_back(numeric(each->ai_addr, each->ai_addrlen));
  ::freeaddrinfo(found);
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

std::uint64_t Socket::received() const {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (!is_ours() || ::getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
      length < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
    return 0;
  return info.tcpi_bytes_received;
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

Endpoint endpoint_of(const std::string& host, int port) {
  const std::size_t instance = host.find('\\');
  const std::string name = host.substr(0, instance);
  Endpoint server{{}, instance == std::string::npos ? port : 0};
  look_up(name.c_str(), server.addresses);
  char own[HOST_NAME_MAX + 1] = "";
  // Microsoft's driver asks for the machine's own name then.
  if (::strcasecmp(name.c_str(), "localhost") == 0 && ::gethostname(own, sizeof own - 1) == 0)
    look_up(own, server.addresses);
  std::ranges::sort(server.addresses);
  const auto twice = std::ranges::unique(server.addresses);
  server.addresses.erase(twice.begin(), twice.end());
  return server;
}

SocketFinder::SocketFinder(Endpoint server)
    : server_(std::move(server)), before_(sockets(nullptr)) {}

std::vector<ino_t> SocketFinder::sockets(std::vector<int>* fds) const {
  std::vector<ino_t> found;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    struct stat status {};
    if (entry->d_name[0] == '.' || ::fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode)) continue;
    const Endpoint peer = peer_of(fd);
    if (peer.port <= 0 || (server_.port != 0 && peer.port != server_.port)) continue;
    if (!server_.addresses.empty() &&
        !std::ranges::binary_search(server_.addresses, peer.addresses.front()))
      continue;
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
