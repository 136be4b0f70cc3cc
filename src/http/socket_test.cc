// Connections that become WebSockets (RFC 6455), with a client of bytes.
#include <gtest/gtest.h>

#include "http/server_fixture_test.h"
#include "http/socket_channel.h"

namespace monitora::http {
namespace {

using namespace std::chrono_literals;

WebSocket::Text text(std::string value) {
  return std::make_shared<const std::string>(std::move(value));
}

// A client's frame, masked with zeros.
std::string frame(std::string_view payload, int opcode = 1, bool masked = true) {
  std::string out(1, static_cast<char>(0x80 | opcode));
  const char mask = static_cast<char>(masked ? 0x80 : 0);
  if (payload.size() < 126) {
    out += static_cast<char>(mask | static_cast<char>(payload.size()));
  } else {
    out += static_cast<char>(mask | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 255);
  }
  if (masked) out.append(4, '\0');
  return out.append(payload);
}

constexpr std::string_view kUpgrade =
    "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class SocketTest : public ServerFixture {
 protected:
  ~SocketTest() override { server_ = nullptr; }

  // GET /socket says back what it hears, and ends at "bye".
  void SetUp() override {
    route(Method::get, "/socket", [this](const Request& request) -> Result<Response> {
      if (!request.wants_web_socket()) return Response::no_content();
      return Response::web_socket([this](std::shared_ptr<WebSocket> socket) -> WebSocketEvents {
        socket_ = socket;
        opened_->set();
        return {[socket](std::string_view said) {
                  if (said == "bye") return socket->close();
                  socket->send(text("<" + std::string(said) + ">"));
                },
                [ended = ended_] { ended->set(); }};
      });
    });
  }
  void open(RawClient& client) {
    opened_ = std::make_shared<Signal>();
    ended_ = std::make_shared<Signal>();
    ASSERT_TRUE(client.send(kUpgrade));
    head_ = client.take_until("\r\n\r\n");
    ASSERT_TRUE(head_.starts_with("HTTP/1.1 101 ")) << head_;
    ASSERT_TRUE(opened_->wait());
  }

  std::string head_;
  std::shared_ptr<WebSocket> socket_;
  std::shared_ptr<Signal> opened_, ended_;  // of the latest connection
};

TEST_F(SocketTest, SaysBackWhatItHears) {
  start();
  RawClient client(port());
  open(client);
  EXPECT_NE(head_.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << head_;
  client.send(frame("un") + frame("deux"));
  EXPECT_EQ(client.take_until("<deux>"), "\x81\x04<un>\x81\x06<deux>");
  client.send(frame("moi", 9));  // a ping
  EXPECT_EQ(client.take_until("moi"), "\x8A\x03moi");
  const std::string large(40'000, 'x');
  client.send(frame(large));
  EXPECT_TRUE(client.take_until(">").ends_with("<" + large + ">"));
  client.send(frame("bye"));
  EXPECT_EQ(client.take_until("\x03\xE8"), "\x88\x02\x03\xE8");
  client.send(frame("\x03\xE8", 8));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(ended_->wait());
  EXPECT_FALSE(socket_->send(text("too late")));
}

TEST_F(SocketTest, AClientThatLeavesIsNoticed) {
  start();
  RawClient client(port());
  open(client);
  client.close();
  EXPECT_TRUE(ended_->wait());
}

TEST_F(SocketTest, WhatIsNoUpgradeIsRefused) {
  start();
  for (const char* wrong :
       {"Connection: Upgrade\r\nUpgrade: websocket\r\n",
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"}) {
    RawClient client(port());
    const RawResponse response = client.get("/socket", wrong);
    EXPECT_EQ(response.status, 400) << wrong;
    EXPECT_NE(response.body.find("malformed_upgrade"), std::string::npos) << response.body;
  }
  RawClient plain(port());
  EXPECT_EQ(plain.get("/socket").status, 204);
  RawClient early(port());  // frames before the answer
  early.send(std::string(kUpgrade) + frame("un"));
  EXPECT_EQ(early.response().status, 400);
}

TEST_F(SocketTest, GarbageAndWhatIsTooLongEndIt) {
  options_.socket_message = 1000;
  options_.transfer_timeout = 100ms;
  start();
  const std::pair<const char*, std::string> rude[] = {
      {"unmasked", frame("un", 1, false)},
      {"no frame", "GET / HTTP/1.1\r\n\r\n"},
      {"no UTF-8", frame("\xff\xfe")},
      {"an unknown kind", frame("x", 5)},
      {"too long", frame(std::string(1001, 'x'))},
      {"a long ping", frame(std::string(200, 'x'), 9)}};
  for (const auto& [what, bytes] : rude) {
    RawClient client(port());
    open(client);
    client.send(bytes);
    EXPECT_TRUE(client.read_until("\x88")) << what << ": no close frame";
    EXPECT_TRUE(ended_->wait()) << what << ": a client that does not hang up is waited for";
  }
}

TEST_F(SocketTest, AClientThatNeverReadsIsCutAndNotWaitedFor) {
  options_.event_queue = 256 << 10;
  start();
  RawClient client(port(), 4096);
  open(client);
  const auto message = text(std::string(64 << 10, 'x'));
  // The kernel's buffers fill first.
  int sent = 0;
  while (socket_->send(message)) ASSERT_LT(++sent, 10'000);
  EXPECT_TRUE(ended_->wait());
}

TEST_F(SocketTest, OneThatStopsReadingIsCutAfterAWhile) {
  options_.transfer_timeout = 100ms;
  options_.event_queue = 64 << 20;
  start();
  RawClient client(port(), 4096);
  open(client);
  for (int i = 0; i < 200; ++i) socket_->send(text(std::string(64 << 10, 'x')));
  EXPECT_TRUE(ended_->wait());
}

TEST_F(SocketTest, StoppingTheServerSaysSo) {
  options_.stop_grace = 30s;
  start();
  RawClient client(port());
  open(client);
  std::thread stopping([this] { server_->stop(); });
  EXPECT_EQ(client.take_until("\x03\xE9"), "\x88\x02\x03\xE9");  // 1001, going away
  client.send(frame("\x03\xE9", 8));
  EXPECT_TRUE(client.ended());
  stopping.join();
  EXPECT_TRUE(ended_->wait());
}

TEST(SocketChannelTest, KeepsOrderAndItsLimit) {
  int wakes = 0;
  SocketChannel channel(10, [&] { ++wakes; });
  WebSocket::Text next;
  EXPECT_TRUE(channel.send(text("abc")));
  EXPECT_TRUE(channel.send(text("def")));
  EXPECT_EQ(wakes, 1) << "once until it is taken";
  EXPECT_EQ(channel.take(next), SocketChannel::State::open);
  EXPECT_EQ(*next, "abc");
  EXPECT_EQ(channel.take(next), SocketChannel::State::open);
  EXPECT_EQ(*next, "def");
  EXPECT_EQ(channel.take(next), SocketChannel::State::open);
  EXPECT_EQ(next, nullptr);
  EXPECT_TRUE(channel.send(text("0123456789"))) << "what was taken waits no more";
  EXPECT_EQ(wakes, 2);
  EXPECT_FALSE(channel.send(text("x")));
  EXPECT_EQ(channel.take(next), SocketChannel::State::overflowed);
  EXPECT_FALSE(channel.send(text("")));
}

TEST(SocketChannelTest, ClosesAfterWhatWasSent) {
  SocketChannel channel(100, [] {});
  WebSocket::Text next;
  EXPECT_TRUE(channel.send(text("last")));
  channel.close();
  EXPECT_FALSE(channel.send(text("later")));
  EXPECT_EQ(channel.take(next), SocketChannel::State::open);
  EXPECT_EQ(*next, "last");
  EXPECT_EQ(channel.take(next), SocketChannel::State::closed);
  EXPECT_EQ(next, nullptr);
}

}  // namespace
}  // namespace monitora::http
