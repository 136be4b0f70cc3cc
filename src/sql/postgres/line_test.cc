// Deadlines, waits and lost connections, on PostgreSQL.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <latch>
#include <thread>

#include "base/deadline.h"
#include "sql/postgres/fixture.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;
using Mode = Connection::Mode;

TEST_F(Postgres, ADeadlineEndsARunningStatement) {
  const auto connection = open();
  {
    const ScopedDeadline soon(Deadline::in(20ms));
    EXPECT_EQ(connection->execute("SELECT pg_sleep(3600)", {}).status().code(),
              Code::deadline_exceeded);
  }
  EXPECT_TRUE(connection->is_broken());
  EXPECT_EQ(key(*connection, "SELECT 1"), "database_unavailable");
  connection->rollback();
  EXPECT_FALSE(connection->in_transaction());
}

TEST_F(Postgres, AStopEndsAWaitForALock) {
  const auto holder = open(), waiter = open();
  run(*holder, "CREATE TABLE t (a integer); INSERT INTO t VALUES (1)");
  ASSERT_TRUE(holder->begin(Mode::write).ok());
  ASSERT_EQ(key(*holder, "UPDATE t SET a = 2"), "");
  std::stop_source client;
  std::jthread leaves([&] { client.request_stop(); });
  const ScopedDeadline wanted(Deadline::in(1h, client.get_token()));
  EXPECT_EQ(waiter->execute("UPDATE t SET a = 3", {}).status().code(), Code::cancelled);
}

TEST_F(Postgres, TwoThatWaitForEachOtherEndAsBusy) {
  const auto one = open(), other = open();
  run(*one,
      "CREATE TABLE t (a integer PRIMARY KEY, n integer); INSERT INTO t VALUES (1, 0), (2, 0); "
      "SET deadlock_timeout = '10ms'");
  run(*other, "SET deadlock_timeout = '10ms'");
  const std::string_view update = "UPDATE t SET n = n + 1 WHERE a = ?";
  ASSERT_TRUE(one->begin(Mode::write).ok());
  ASSERT_TRUE(other->begin(Mode::write).ok());
  ASSERT_EQ(key(*one, update, {p(1)}), "");
  ASSERT_EQ(key(*other, update, {p(2)}), "");
  std::string first, second;
  {
    std::jthread crossing([&] { first = key(*one, update, {p(2)}); });
    second = key(*other, update, {p(1)});
    if (!second.empty()) other->rollback();  // lets the other one finish
  }
  EXPECT_EQ(first + second, "database_busy");
}

// A server, or a proxy before it, that takes a connection and then says nothing.
TEST_F(Postgres, ASilentServerCostsNoMoreThanTheDeadline) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  PostgresOptions options;
  options.uri = "postgresql://a@127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/b";
  {
    const ScopedDeadline soon(Deadline::in(30ms));
    EXPECT_EQ(open_postgres(options, Mode::write).status().code(), Code::deadline_exceeded);
  }
  std::stop_source client;
  std::jthread leaves([&] { client.request_stop(); });
  const ScopedDeadline wanted(Deadline::in(1h, client.get_token()));
  EXPECT_EQ(open_postgres(options, Mode::write).status().code(), Code::cancelled);
  ::close(listener);
}

TEST_F(Postgres, OverTlsEverythingArrivesToo) {
  const char* directory = std::getenv("MONITORA_TEST_POSTGRES_DIR");
  if (directory == nullptr) GTEST_SKIP() << "no server of ctest's";
  const std::string tls = "?sslmode=verify-full&sslrootcert=";
  PostgresOptions options;
  options.uri = with_database(test_postgres_uri("tcp_uri"), database->name()) + tls + directory +
                "/server.crt";
  auto connection = open_postgres(options, Mode::write);
  ASSERT_TRUE(connection.ok()) << connection.status().to_string();
  EXPECT_EQ(text(**connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "1\n");
  std::size_t size = 0;
  ASSERT_TRUE((*connection)
                  ->query("SELECT repeat('x', i * 7) FROM generate_series(1, 3000) i", {},
                          [&](const Row& row) {
                            size += row.text(0).size();
                            return Status();
                          })
                  .ok());
  EXPECT_EQ(size, 7u * 3000 * 3001 / 2);
  EXPECT_TRUE((*connection)->is_alive(false));
  // Nobody else's certificate will do.
  options.uri = with_database(test_postgres_uri("tcp_uri"), database->name()) + tls +
                "/etc/ssl/certs/ca-certificates.crt";
  EXPECT_EQ(open_postgres(options, Mode::write).status().code(), Code::unavailable);
}

TEST_F(Postgres, ARefusedConnectionSaysWhy) {
  PostgresOptions options = database->options();
  options.uri = "postgresql://a@127.0.0.1:1/b";
  const Status refused = open_postgres(options, Mode::write).status();
  EXPECT_EQ(refused.key(), "database_unavailable");
  EXPECT_NE(refused.detail().find("refused"), std::string::npos) << refused.detail();
  options.uri = with_database(test_postgres_uri(), "absent");
  const Status absent = open_postgres(options, Mode::write).status();
  EXPECT_EQ(absent.key(), "database_missing");
  EXPECT_NE(absent.sentence().en.find("\"absent\""), std::string::npos) << absent.sentence().en;
  EXPECT_NE(absent.detail().find("absent"), std::string::npos) << absent.detail();
  run(*open(), "ALTER DATABASE " + database->name() + " CONNECTION LIMIT 0; CREATE ROLE " +
                   database->name() + " LOGIN");
  options.uri = database->options().uri;
  options.uri.replace(options.uri.find("user=postgres"), 13, "user=" + database->name());
  EXPECT_EQ(open_postgres(options, Mode::write).status().key(), "database_saturated");
  run(*open(), "DROP ROLE " + database->name());
}

class Killed : public Postgres {
 protected:
  // Ends every session of this database but this one's, as a restart of the server does.
  void kill_others(Connection& survivor) {
    ASSERT_EQ(key(survivor,
                  "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                  "WHERE datname = current_database() AND pid <> pg_backend_pid()"),
              "");
  }
};

TEST_F(Killed, ALostConnectionIsBroken) {
  const auto survivor = open(), idle = open(), busy = open(), asked = open();
  ASSERT_TRUE(busy->begin(Mode::write).ok());
  ASSERT_EQ(key(*busy, "SELECT 1"), "");
  EXPECT_TRUE(idle->is_alive(false));
  EXPECT_TRUE(asked->is_alive(true));
  kill_others(*survivor);
  EXPECT_FALSE(idle->is_alive(false));
  EXPECT_TRUE(idle->is_broken());
  EXPECT_FALSE(asked->is_alive(true));
  EXPECT_EQ(key(*busy, "SELECT 1"), "database_unavailable");
  EXPECT_TRUE(busy->is_broken());
  EXPECT_FALSE(busy->in_transaction());
  busy->rollback();
  EXPECT_EQ(busy->begin(Mode::write).key(), "database_unavailable");
}

TEST_F(Killed, IdleConnectionsOfAPoolCostNoRequest) {
  const auto pool = make_postgres_pool(database->options());
  std::latch all_open(8);
  const auto each = [&](Connection&) {
    all_open.arrive_and_wait();
    return Status();
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] { EXPECT_TRUE(pool->with(Mode::write, each).ok()); });
  }
  ASSERT_EQ(pool->counts().open, 8);
  kill_others(*open());
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(pool->with(Mode::read,
                           [](Connection& connection) {
                             return connection.execute("SELECT 1", {}).status();
                           })
                    .ok());
  EXPECT_EQ(pool->counts().open, 1);
}

TEST_F(Killed, ATransactionCutBeforeItsCommitRunsAgain) {
  const auto survivor = open();
  run(*survivor, "CREATE TABLE t (a integer)");
  const auto pool = make_postgres_pool(database->options());
  int runs = 0;
  const Status status = pool->transact([&](Connection& connection) -> Status {
    MONITORA_TRY(connection.execute("INSERT INTO t VALUES (1)", {}).status());
    if (++runs == 1) kill_others(*survivor);
    return connection.execute("INSERT INTO t VALUES (2)", {}).status();
  });
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(text(*survivor, "SELECT COUNT(*) FROM t"), "2\n");
}

TEST_F(Killed, ACommitThatIsNotAnsweredIsNotRepeated) {
  const auto survivor = open();
  run(*survivor, "CREATE TABLE t (a integer)");
  const auto pool = make_postgres_pool(database->options());
  int runs = 0;
  const Status status = pool->transact([&](Connection& connection) -> Status {
    ++runs;
    MONITORA_TRY(connection.execute("INSERT INTO t VALUES (1)", {}).status());
    kill_others(*survivor);
    return {};
  });
  EXPECT_EQ(status.key(), "database_unavailable");
  EXPECT_EQ(runs, 1);
}

TEST_F(Postgres, FiveHundredClientsOnAPoolOfEight) {
  run(*open(), "CREATE TABLE t (a integer)");
  const auto pool = make_postgres_pool(database->options());
  std::atomic<int> stored = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 500; ++i)
      clients.emplace_back([&] {
        const Status status = pool->transact([](Connection& connection) {
          return connection.post("INSERT INTO t VALUES (?)", {p(1)});
        });
        if (status.ok()) ++stored;
        EXPECT_TRUE(status.ok() || status.key() == "database_saturated") << status.to_string();
      });
  }
  EXPECT_EQ(text(*open(), "SELECT COUNT(*) FROM t"), std::to_string(stored) + "\n");
  EXPECT_LE(pool->counts().opened_ever, 8);
}

}  // namespace
}  // namespace monitora::sql
