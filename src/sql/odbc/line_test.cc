// Deadlines, and lines that break, with a real server.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "base/deadline.h"
#include "sql/odbc/server_fixture.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;

class SqlServerLine : public OnSqlServer {
 protected:
  // A row that somebody holds, so that kWaits waits for it as long as this stands. (No query of
  // hours: a server may go on with it when nobody waits any more.)
  struct Held {
    std::unique_ptr<Connection> holder;
    explicit Held(std::unique_ptr<Connection> connection) : holder(std::move(connection)) {
      make_table(*holder, "held", "id INT PRIMARY KEY, v INT");
      run(*holder, "INSERT INTO held VALUES (1, 0)");
      EXPECT_TRUE(holder->begin(Connection::Mode::write).ok());
      EXPECT_TRUE(holder->execute("UPDATE held SET v = 1", {}).ok());
    }
    ~Held() { holder->rollback(); }
  };
  static constexpr char kWaits[] = "UPDATE held SET v = v + 1";
};
MONITORA_ON_SQLSERVER(SqlServerLine);

// A line to the server that can be made to fail.
class Proxy {
 public:
  Proxy(const std::string& host, int port) : host_(host), port_(port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
      std::abort();
    port_here_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Proxy() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
  }
  int port() const { return port_here_; }
  void fall_silent() { silent_ = true; }
  void speak() { silent_ = false; }
  void cut() { cut_ = true; }
  // Bytes of the server's that were passed on.
  std::size_t passed() const { return passed_; }

 private:
  struct Pair {
    int client, server;
  };

  void run() {
    std::vector<Pair> pairs;
    while (!ending_) {
      std::vector<pollfd> polled{{listener_, POLLIN, 0}};
      for (const Pair& pair : pairs) {
        polled.push_back({pair.client, POLLIN, 0});
        polled.push_back({pair.server, POLLIN, 0});
      }
      ::poll(polled.data(), polled.size(), 5);
      if (cut_.exchange(false)) close_all(pairs);
      if (silent_) continue;
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (polled.size() < 3 + 2 * i) break;
        if (polled[1 + 2 * i].revents != 0) pass(pairs[i].client, pairs[i].server);
        if (polled[2 + 2 * i].revents != 0) passed_ += pass(pairs[i].server, pairs[i].client);
      }
      if ((polled[0].revents & POLLIN) != 0) pairs.push_back(accept_one());
    }
    close_all(pairs);
  }
  static void close_all(std::vector<Pair>& pairs) {
    for (const Pair& pair : pairs) {
      ::close(pair.client);
      ::close(pair.server);
    }
    pairs.clear();
  }
  Pair accept_one() const {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    ::inet_pton(AF_INET, host_.c_str(), &address.sin_addr);
    if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    return {client, server};
  }
  static std::size_t pass(int from, int to) {
    char buffer[65536];
    const ssize_t count = ::recv(from, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count == 0) ::shutdown(to, SHUT_WR);
    for (ssize_t done = 0; done < count;) {
      const ssize_t sent =
          ::send(to, buffer + done, static_cast<std::size_t>(count - done), MSG_NOSIGNAL);
      if (sent <= 0) break;
      done += sent;
    }
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  std::string host_;
  int port_;
  int listener_ = -1;
  int port_here_ = 0;
  std::atomic<std::size_t> passed_ = 0;
  std::atomic<bool> ending_{false}, silent_{false}, cut_{false};
  std::thread thread_;
};

TEST_P(SqlServerLine, AStatementEndsAtItsDeadline) {
  const Held held(open());
  const auto connection = open();
  ASSERT_TRUE(connection);
  const auto start = Deadline::SteadyClock::now();
  {
    const ScopedDeadline soon(Deadline::in(300ms));
    EXPECT_EQ(connection->execute(kWaits, {}).status().key(), "deadline_exceeded");
  }
  EXPECT_LT(Deadline::SteadyClock::now() - start, 8s);  // the lock would be waited for 10
  if (!connection->is_broken()) EXPECT_EQ(number(*connection, "SELECT 7"), 7);
}

TEST_P(SqlServerLine, AStatementEndsWhenNobodyWantsItAnyMore) {
  const Held held(open());
  const auto connection = open();
  ASSERT_TRUE(connection);
  ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
  std::stop_source stop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(200ms);
    stop.request_stop();
  });
  const auto start = Deadline::SteadyClock::now();
  {
    const ScopedDeadline scope(Deadline::in(60s, stop.get_token()));
    EXPECT_EQ(connection->execute(kWaits, {}).status().code(), Code::cancelled);
  }
  EXPECT_LT(Deadline::SteadyClock::now() - start, 10s);
  stopper.join();
  EXPECT_FALSE(connection->commit().ok());
  connection->rollback();
  EXPECT_FALSE(connection->in_transaction());
  if (!connection->is_broken()) EXPECT_EQ(number(*connection, "SELECT 7"), 7);
}

TEST_P(SqlServerLine, ALineThatIsCutIsBroken) {
  const Held held(open());
  Proxy proxy(options_.host, options_.port);
  options_.port = proxy.port();
  const auto connection = open();
  ASSERT_TRUE(connection);
  EXPECT_TRUE(connection->is_alive(false));
  EXPECT_TRUE(connection->is_alive(true));
  EXPECT_EQ(number(*connection, "SELECT 7"), 7);
  std::thread cutter([&] {
    std::this_thread::sleep_for(200ms);
    proxy.cut();
  });
  const Status status = connection->execute(kWaits, {}).status();
  cutter.join();
  EXPECT_EQ(status.key(), "database_unavailable") << status.to_string();
  EXPECT_TRUE(connection->is_broken());
  EXPECT_EQ(connection->execute("SELECT 1", {}).status().key(), "database_unavailable");
  EXPECT_EQ(number(*open(), "SELECT 7"), 7);
}

TEST_P(SqlServerLine, AnIdleLineThatWasCutIsNoticed) {
  Proxy proxy(options_.host, options_.port);
  options_.port = proxy.port();
  const auto connection = open();
  ASSERT_TRUE(connection);
  EXPECT_TRUE(connection->is_alive(false));
  proxy.cut();
  while (connection->is_alive(false)) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(connection->is_broken());
}

TEST_P(SqlServerLine, ASilentLineEndsAtTheDeadlineToo) {
  Proxy proxy(options_.host, options_.port);
  options_.port = proxy.port();
  const auto connection = open();
  ASSERT_TRUE(connection);
  proxy.fall_silent();
  const auto start = Deadline::SteadyClock::now();
  {
    const ScopedDeadline soon(Deadline::in(300ms));
    EXPECT_EQ(connection->execute("SELECT 1", {}).status().key(), "deadline_exceeded");
  }
  EXPECT_LT(Deadline::SteadyClock::now() - start, 10s);
  EXPECT_TRUE(connection->is_broken());
}

// What was sent waits in the silent line: the server begins a transaction for nobody. Later ones on
// that connection would have been inside of it, committed to their callers and never in fact.
TEST_P(SqlServerLine, ABeginThatIsGivenUpLeavesNoTransactionBehind) {
  Proxy proxy(options_.host, options_.port);
  options_.port = proxy.port();
  const auto connection = open();
  ASSERT_TRUE(connection);
  proxy.fall_silent();
  std::thread speaker([&] {
    std::this_thread::sleep_for(900ms);  // after the cancel, before the line is given up
    proxy.speak();
  });
  {
    const ScopedDeadline soon(Deadline::in(300ms));
    (void)connection->begin(Connection::Mode::write);  // Microsoft's driver does it, late
  }
  speaker.join();
  connection->rollback();
  if (!connection->is_broken()) EXPECT_EQ(number(*connection, "SELECT @@TRANCOUNT"), 0);
}

TEST_P(SqlServerLine, AnAnswerIsLeftThatIsLargerThanItsReaderTakes) {
  Proxy proxy(options_.host, options_.port);
  options_.port = proxy.port();
  const auto connection = open();
  ASSERT_TRUE(connection);
  limit_received(*connection, 1 << 20);
  const Status status =
      connection->query("SELECT REPLICATE(CAST('x' AS VARCHAR(MAX)), 100000000) AS large", {},
                        [](const Row&) { return Status(); });
  EXPECT_EQ(status.key(), "answer_too_large") << status.to_string();
  EXPECT_TRUE(connection->is_broken());
  EXPECT_LT(proxy.passed(), 50'000'000U);
}

// The driver tells the server that the rest is not wanted, and would wait for its answer.
TEST_P(SqlServerLine, NobodyWaitsForASilentServerToTakeNoteThatItsAnswerIsNotWanted) {
  Proxy proxy(options_.host, options_.port);
  options_.port = proxy.port();
  const auto connection = open();
  ASSERT_TRUE(connection);
  const Status status = connection->query(
      "SELECT REPLICATE(CAST('x' AS VARCHAR(MAX)), 1000000) AS large UNION ALL SELECT "
      "REPLICATE(CAST('y' AS VARCHAR(MAX)), 20000000)",
      {}, [&](const Row&) {
        proxy.fall_silent();
        return Status::cancelled();
      });
  EXPECT_EQ(status.code(), Code::cancelled) << status.to_string();
  EXPECT_TRUE(connection->is_broken());
}

TEST_P(SqlServerLine, ASilentServerCannotBeLoggedInto) {
  Proxy proxy(options_.host, options_.port);
  options_.port = proxy.port();
  proxy.fall_silent();
  options_.login_timeout = 1s;
  const auto start = Deadline::SteadyClock::now();
  const auto made = open_sqlserver(options_, Connection::Mode::write);
  EXPECT_FALSE(made.ok());
  EXPECT_LT(Deadline::SteadyClock::now() - start, 15s);
}

}  // namespace
}  // namespace monitora::sql
