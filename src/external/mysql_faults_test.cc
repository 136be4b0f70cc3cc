// A MySQL server that goes wrong where its protocol is spoken in the clear, byte by byte: a
// scripted one, that a worker must not be held by. A test that is held does not end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "base/deadline.h"
#include "external/faulty_server_test.h"
#include "external/session.h"

namespace monitora::external {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::AnyOf;

constexpr std::size_t kHeader = 4;

std::string number(std::size_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
  return out;
}

std::string packet(int sequence, const std::string& body) {
  return number(body.size(), 3) + static_cast<char>(sequence) + body;
}

void send_all(int connection, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t now = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) return;
    sent += static_cast<std::size_t>(now);
  }
}

// The next packet of the client; empty when it has gone.
std::string receive(int connection) {
  std::string got(kHeader, '\0');
  if (::recv(connection, got.data(), kHeader, MSG_WAITALL) != kHeader) return {};
  std::string body(static_cast<unsigned char>(got[0]) |
                       static_cast<std::size_t>(static_cast<unsigned char>(got[1])) << 8,
                   '\0');
  ::recv(connection, body.data(), body.size(), MSG_WAITALL);
  return body;
}

// Protocol 4.1 without TLS (the server offers none) and with a native password.
std::string greeting() {
  constexpr unsigned kCapabilities = 0x0008'8208;  // with a database, 4.1, secure, plugin auth
  return packet(0, "\x0a"s + "5.5.5-10.11.0-MariaDB"s + '\0' + number(7, 4) + "abcdefgh"s + '\0' +
                       number(kCapabilities & 0xffff, 2) + "\x2d"s + number(2, 2) +
                       number(kCapabilities >> 16, 2) + "\x15"s + std::string(10, '\0') +
                       "abcdefghijkl"s + '\0' + "mysql_native_password"s + '\0');
}
const std::string kOk = "\0\0\0\2\0\0\0"s;

std::string text(const std::string& value) {
  return number(value.size(), 1) + value;
}

// A result of one column of text, up to its first row.
std::string columns(int sequence) {
  const std::string column = text("def") + text("") + text("") + text("") + text("a") + text("") +
                             "\x0c"s + number(45, 2) + number(1 << 20, 4) + "\xfc"s + number(0, 2) +
                             "\0\0\0"s;
  return packet(sequence, "\x01") + packet(sequence + 1, column) +
         packet(sequence + 2, "\xfe\0\0\2\0"s);
}
constexpr int kFirstRow = 4;

// Answers everything as a server does until a statement begins with SELECT: that is `then`'s.
FaultyServer::Serve until_select(std::function<void(int connection)> then) {
  return [then](int connection) {
    send_all(connection, greeting());
    if (receive(connection).empty()) return;
    send_all(connection, packet(2, kOk));
    for (std::string asked; !(asked = receive(connection)).empty();) {
      if (asked.substr(1).starts_with("SELECT")) {
        then(connection);
        return;
      }
      send_all(connection, packet(1, kOk));
    }
  };
}

Target target_of(const FaultyServer& server) {
  Target target;
  target.database.engine = ExternalEngine::mysql;
  target.database.host = target.address = "127.0.0.1";
  target.database.port = server.port();
  target.database.name = "shop";
  target.database.user = "somebody";
  target.password = "x";
  target.verify = false;
  return target;
}

// What comes of a statement that has half a second.
Status answer(const FaultyServer& server) {
  const auto session = open_mysql(target_of(server));
  if (!session.ok()) return session.status();
  const ScopedDeadline soon(Deadline::in(500ms));
  const Status status = (*session)->run("SELECT a FROM t", {}).status();
  EXPECT_FALSE((*session)->is_usable());
  return status;
}

std::function<void(int)> says(const std::string& bytes, std::function<void(int)> then) {
  return [bytes, then](int connection) {
    send_all(connection, bytes);
    then(connection);
  };
}

TEST(MysqlFaults, TheScriptedServerIsOneWhereNothingGoesWrong) {
  const FaultyServer server(until_select(
      says(columns(1) + packet(kFirstRow, text("hello")) + packet(kFirstRow + 1, "\xfe\0\0\2\0"s),
           [](int connection) {
             if (!receive(connection).empty()) send_all(connection, packet(1, kOk));
             faults::say_nothing(connection);
           })));
  const auto session = open_mysql(target_of(server));
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  const auto rows = (*session)->run("SELECT a FROM t", {});
  ASSERT_TRUE(rows.ok()) << rows.status().to_string();
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(std::get<std::string>(rows->rows[0][0]), "hello");
}

TEST(MysqlFaults, ARowOfWhichOneByteComesNowAndThenIsLeftAtTheDeadline) {
  const FaultyServer server(
      until_select(says(columns(1) + number(1000, 3) + "\x04", faults::trickle)));
  EXPECT_EQ(answer(server).key(), "database_timeout");
}

TEST(MysqlFaults, SilenceIsLeftAtTheDeadlineWhereverItBegins) {
  const std::string whole = columns(1) + packet(kFirstRow, text("hello"));
  for (std::size_t bytes = 0; bytes <= whole.size(); bytes += 7) {
    const FaultyServer server(until_select(says(whole.substr(0, bytes), faults::say_nothing)));
    EXPECT_EQ(answer(server).key(), "database_timeout") << "after " << bytes;
  }
}

TEST(MysqlFaults, HalfAHeaderIsLeftAtTheDeadline) {
  for (const std::size_t bytes : {1u, 2u, 3u}) {
    const FaultyServer server(until_select(
        says(columns(1) + packet(kFirstRow, "").substr(0, bytes), faults::say_nothing)));
    EXPECT_EQ(answer(server).key(), "database_timeout") << bytes;
  }
}

TEST(MysqlFaults, ARowOfAGigabyteIsNotRead) {
  std::atomic<std::size_t> sent = 0;
  const FaultyServer server(until_select([&](int connection) {
    send_all(connection, columns(1));
    const std::string part(1 << 16, 'x');
    // The largest packets, each of which goes on in the next.
    for (int sequence = kFirstRow; sequence < kFirstRow + 64; ++sequence) {
      send_all(connection, number(0xff'ffff, 3) + static_cast<char>(sequence));
      for (std::size_t left = 0xff'ffff; left > 0;) {
        const ssize_t now =
            ::send(connection, part.data(), std::min(left, part.size()), MSG_NOSIGNAL);
        if (now <= 0) return;
        left -= static_cast<std::size_t>(now);
        sent += static_cast<std::size_t>(now);
      }
    }
  }));
  const auto session = open_mysql(target_of(server));
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  const auto rows = (*session)->run("SELECT a FROM t", {});
  ASSERT_TRUE(rows.ok()) << rows.status().to_string();
  EXPECT_TRUE(rows->rows.empty());
  EXPECT_TRUE(rows->truncated);
  EXPECT_FALSE((*session)->is_usable());
  EXPECT_LT(sent, 64U << 20);
}

// Reports of a long statement's progress are read without end by libmariadb, which never waits as
// long as there are any.
TEST(MysqlFaults, ReportsOfProgressWithoutEndAreLeftAtTheDeadline) {
  std::string reports;
  for (int i = 0; i < 256; ++i) reports += packet(i, "\xff\xff\xff\x01\x01\x01\x01\x00\x00\x01x"s);
  const FaultyServer server(until_select([&](int connection) {
    send_all(connection,
             reports.substr(packet(0, "\xff\xff\xff\x01\x01\x01\x01\x00\x00\x01x"s).size()));
    while (::send(connection, reports.data(), reports.size(), MSG_NOSIGNAL) > 0) {
    }
  }));
  EXPECT_THAT(answer(server).key(), AnyOf("database_timeout", "database_failed"));
}

TEST(MysqlFaults, AStopIsSeenWhileNothingComes) {
  std::stop_source stop;
  const FaultyServer server(until_select([&](int connection) {
    stop.request_stop();
    faults::say_nothing(connection);
  }));
  const auto session = open_mysql(target_of(server));
  ASSERT_TRUE(session.ok()) << session.status().to_string();
  const ScopedDeadline far(Deadline::in(10min, stop.get_token()));
  EXPECT_EQ((*session)->run("SELECT a FROM t", {}).status().code(), Code::cancelled);
}

// The server chooses how a password is asked for. These would send it in the clear, or ask whoever
// sits at the terminal.
TEST(MysqlFaults, ThePasswordIsNotGivenAwayAndNobodyIsAsked) {
  for (const char* way : {"mysql_clear_password", "dialog"}) {
    std::string said;
    {
      const FaultyServer server([&](int connection) {
        send_all(connection, greeting());
        if (receive(connection).empty()) return;
        send_all(connection, packet(2, "\xfe"s + way + '\0' + "\x02Password: "s));
        said += receive(connection);
      });
      Target target = target_of(server);
      target.password = "secret";
      EXPECT_FALSE(open_mysql(target).ok()) << way;
    }
    EXPECT_EQ(said.find("secret"), std::string::npos) << way;
  }
}

TEST(MysqlFaults, ALoginOfWhichOneByteComesNowAndThenIsLeftAtTheDeadline) {
  const FaultyServer server([](int connection) {
    send_all(connection, greeting());
    if (receive(connection).empty()) return;
    send_all(connection, number(1000, 3) + "\x02");
    faults::trickle(connection);
  });
  const ScopedDeadline soon(Deadline::in(500ms));
  EXPECT_EQ(open_mysql(target_of(server)).status().key(), "connect_failed");
}

}  // namespace
}  // namespace monitora::external
