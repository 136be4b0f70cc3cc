#include "sql/odbc/socket.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace monitora::sql::odbc {
namespace {

using Texts = std::vector<std::string>;

sockaddr_in at(const char* address, int port) {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address, &place.sin_addr);
  return place;
}

class Listener {
 public:
  // `port` 0: any.
  Listener(const char* address, int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in place = at(address, port);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&place), sizeof place), 0);
    EXPECT_EQ(::listen(fd_, 4), 0);
  }
  ~Listener() { ::close(fd_); }
  int port() const {
    sockaddr_in place{};
    socklen_t length = sizeof place;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&place), &length);
    return ntohs(place.sin_port);
  }

 private:
  int fd_;
};

class Client {
 public:
  Client(const char* address, int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in place = at(address, port);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
  }
  ~Client() { ::close(fd_); }
  bool is_open() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

 private:
  int fd_;
};

TEST(EndpointOf, IsWhatTheDriverLooksUp) {
  EXPECT_EQ(endpoint_of("127.0.0.1", 1433), (Endpoint{{"127.0.0.1"}, 1433}));
  EXPECT_EQ(endpoint_of("127.0.0.1\\SQLEXPRESS", 1433), (Endpoint{{"127.0.0.1"}, 0}));
  EXPECT_EQ(endpoint_of("::1", 1433), (Endpoint{{"::1"}, 1433}));
  EXPECT_EQ(endpoint_of("", 1433).port, 1433);
}

// A customer's silent server must not be taken for ours, nor ours for it.
TEST(SocketFinder, TellsServersOfOnePortApart) {
  const Listener ours("127.0.0.1", 0);
  const Listener theirs("127.0.0.2", ours.port());
  const SocketFinder our_finder(endpoint_of("127.0.0.1", ours.port()));
  const SocketFinder their_finder(endpoint_of("127.0.0.2", ours.port()));
  const Client us("127.0.0.1", ours.port());
  const Client them("127.0.0.2", ours.port());
  their_finder.find().shut_down();
  EXPECT_FALSE(them.is_open());
  EXPECT_TRUE(us.is_open());
  our_finder.find().shut_down();
  EXPECT_FALSE(us.is_open());
}

TEST(SocketFinder, TwoToOneServerAreNeither) {
  const Listener server("127.0.0.1", 0);
  const SocketFinder finder(endpoint_of("127.0.0.1", server.port()));
  EXPECT_FALSE(finder.find().found());
  const Client one("127.0.0.1", server.port());
  EXPECT_TRUE(finder.find().found());
  const Client another("127.0.0.1", server.port());
  EXPECT_FALSE(finder.find().found());
}

}  // namespace
}  // namespace monitora::sql::odbc
