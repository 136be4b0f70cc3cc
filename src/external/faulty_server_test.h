// A server of the tests that goes wrong: it stands on a port of its own, or between us and a real
// one.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace monitora::external {

// Each connection is given to `serve`, on a thread of its own, and closed when that returns.
class FaultyServer {
 public:
  using Serve = std::function<void(int connection)>;

  explicit FaultyServer(Serve serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    socklen_t length = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept(); });
  }
  ~FaultyServer() {
    ::shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    ::close(listener_);
    for (const int each : connections_) ::shutdown(each, SHUT_RDWR);
    for (std::thread& each : serving_) each.join();
    for (const int each : connections_) ::close(each);
  }
  FaultyServer(const FaultyServer&) = delete;
  FaultyServer& operator=(const FaultyServer&) = delete;

  int port() const { return port_; }

 private:
  void accept() {
    for (int connection = 0; (connection = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      connections_.push_back(connection);
      serving_.emplace_back([this, connection] {
        serve_(connection);
        ::shutdown(connection, SHUT_RDWR);
      });
    }
  }

  const Serve serve_;
  int listener_ = -1;
  int port_ = 0;
  std::thread accepting_;
  std::vector<int> connections_;  // of accepting_, then of the destructor
  std::vector<std::thread> serving_;
};

namespace faults {

inline void say_nothing(int connection) {
  std::array<char, 4096> ignored{};
  while (::recv(connection, ignored.data(), ignored.size(), 0) > 0) {
  }
}

inline void send_forever(int connection, char what) {
  const std::string part(1 << 16, what);
  while (::send(connection, part.data(), part.size(), MSG_NOSIGNAL) > 0) {
  }
}

inline void trickle(int connection) {
  while (::send(connection, "x", 1, MSG_NOSIGNAL) > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

// Passes on what the real server says, `bytes` of it; then `after` has the connection.
inline FaultyServer::Serve after(std::size_t bytes, int real_port,
                                 std::function<void(int connection)> then) {
  return [bytes, real_port, then](int connection) {
    const int real = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(real_port));
    ::connect(real, reinterpret_cast<sockaddr*>(&address), sizeof address);
    std::size_t left = bytes;
    std::array<char, 4096> part{};
    while (left > 0) {
      std::array<pollfd, 2> watched{{{connection, POLLIN, 0}, {real, POLLIN, 0}}};
      if (::poll(watched.data(), watched.size(), -1) < 0) break;
      const bool asks = watched[0].revents != 0;
      const ssize_t got = ::recv(asks ? connection : real, part.data(),
                                 asks ? part.size() : std::min(part.size(), left), 0);
      if (got <= 0) break;
      ::send(asks ? real : connection, part.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
      if (!asks) left -= static_cast<std::size_t>(got);
    }
    if (left == 0) then(connection);
    ::close(real);
  };
}

}  // namespace faults
}  // namespace monitora::external
