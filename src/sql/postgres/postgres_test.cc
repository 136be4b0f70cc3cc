#include "sql/postgres/postgres.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <latch>
#include <thread>

#include "base/deadline.h"
#include "sql/test_postgres.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;
using Mode = Connection::Mode;

TEST(Placeholders, AreNumberedOutsideTextsAndComments) {
  EXPECT_EQ(numbered_placeholders("a = ? AND b = ?"), "a = $1 AND b = $2");
  EXPECT_EQ(numbered_placeholders("'?''?' = ? -- ?\n, \"?\" /* ? */ ?"),
            "'?''?' = $1 -- ?\n, \"?\" /* ? */ $2");
  EXPECT_EQ(numbered_placeholders("'? and so on"), "'? and so on");
  EXPECT_EQ(numbered_placeholders(""), "");
}

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override {
    if (test_postgres_uri().empty()) GTEST_SKIP() << "no PostgreSQL server: run this by ctest";
    database = std::make_unique<TestPostgres>();
  }
  std::unique_ptr<Connection> open(Mode mode = Mode::write) {
    auto made = open_postgres(database->options(), mode);
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return std::move(*made);
  }
  static void run(Connection& connection, std::string_view script) {
    const Status status = connection.run_script(script);
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  static std::string text(Connection& connection, std::string_view statement,
                          std::initializer_list<Param> params = {}) {
    std::string all;
    const Status status = connection.query(statement, params, [&](const Row& row) {
      all += std::string(row.text(0)) + "\n";
      return Status();
    });
    return status.ok() ? all : status.to_string();
  }
  static std::string key(Connection& connection, std::string_view statement,
                         std::initializer_list<Param> params = {}) {
    return connection.execute(statement, params).status().key();
  }
  std::unique_ptr<TestPostgres> database;
};

TEST_F(Postgres, ValuesComeBackAsTheyWent) {
  const auto connection = open();
  run(*connection,
      "CREATE TABLE t (i2 smallint, i4 integer, i8 bigint, f8 double precision, b boolean, "
      "s varchar(20), j jsonb, k json, u uuid, at timestamptz, day date, n numeric(12,3), raw "
      "bytea)");
  const Time time = *parse_time("2026-11-22T20:55:48.123456Z");
  const Time before = *parse_time("1899-12-31T23:59:59.999999Z");
  const Uuid uuid = Uuid::random();
  const Bytes bytes{0, 1, 255, 0};
  ASSERT_EQ(key(*connection, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                {p(-1), p(2'000'000'000), p(std::int64_t{1} << 62), p(0.1), p(true), p("é😀"),
                 p("{\"a\": 1}"), p("{ \"a\":1}"), p(uuid), p(time), p(time), p("-12.5"),
                 p(BytesView(bytes))}),
            "");
  // Texts for every type, as somebody who sets a scene writes them.
  ASSERT_EQ(key(*connection, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                {p("7"), p("8"), p("9"), p("1.5"), p("false"), p(5), p("[]"), p("[]"),
                 p(uuid.to_string()), p(format_time(before)), p("1999-12-31"), p(3), p("raw")}),
            "");
  ASSERT_EQ(key(*connection, "INSERT INTO t (i2, b, u) VALUES (?, ?, ?)",
                {p(nullptr), p(nullptr), p(nullptr)}),
            "");
  int rows = 0;
  const Status status = connection->query("SELECT * FROM t", {}, [&](const Row& row) {
    if (++rows == 1) {
      EXPECT_EQ(row.integer(0), -1);
      EXPECT_EQ(row.integer(1), 2'000'000'000);
      EXPECT_EQ(row.integer(2), std::int64_t{1} << 62);
      EXPECT_EQ(row.real(3), 0.1);
      EXPECT_TRUE(row.boolean(4));
      EXPECT_EQ(row.text(5), "é😀");
      EXPECT_EQ(row.text(6), "{\"a\": 1}");
      EXPECT_EQ(row.text(7), "{ \"a\":1}");
      EXPECT_EQ(row.uuid(8), uuid);
      EXPECT_EQ(row.text(8), uuid.to_string());
      EXPECT_EQ(row.time(9), time);
      EXPECT_EQ(row.text(9), "2026-11-22T20:55:48.123456Z");
      EXPECT_EQ(row.text(10), "2026-11-22");
      EXPECT_EQ(row.text(11), "-12.500");
      EXPECT_EQ(row.real(11), -12.5);
      EXPECT_EQ(row.integer(11), -12);
      EXPECT_EQ(Bytes(row.bytes(12).begin(), row.bytes(12).end()), bytes);
    } else if (rows == 2) {
      EXPECT_EQ(row.integer(0) + row.integer(1) + row.integer(2), 24);
      EXPECT_EQ(row.real(3), 1.5);
      EXPECT_FALSE(row.boolean(4));
      EXPECT_EQ(row.text(5), "5");
      EXPECT_EQ(row.time(9), before);
      EXPECT_EQ(row.text(10), "1999-12-31");
      EXPECT_EQ(row.integer(11), 3);
      EXPECT_EQ(row.bytes(12).size(), 3u);
    } else {
      for (int i = 0; i < 13; ++i) EXPECT_TRUE(row.is_null(i));
      EXPECT_EQ(row.text(5), "");
      EXPECT_EQ(row.integer(2), 0);
      EXPECT_TRUE(row.uuid(8).is_nil());
      EXPECT_EQ(row.time(9), Time());
      EXPECT_TRUE(row.bytes(12).empty());
    }
    return Status();
  });
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_EQ(rows, 3);
  EXPECT_EQ(text(*connection, "SELECT SUM(i8) FROM t"), "4611686018427387913\n");
  EXPECT_EQ(text(*connection, "SELECT 100000000.0001::numeric"), "100000000.0001\n");
  EXPECT_EQ(text(*connection, "SELECT i2 FROM t WHERE i2 = ? AND b = ?", {p(7), p(false)}), "7\n");
}

TEST_F(Postgres, ErrorsSayTheSameAsElsewhere) {
  const auto connection = open();
  run(*connection,
      "CREATE TABLE a (x smallint PRIMARY KEY, y varchar(3) CONSTRAINT uq_y UNIQUE, "
      "CONSTRAINT chk_x CHECK (x > 0)); "
      "CREATE TABLE b (x integer NOT NULL CONSTRAINT fk_x REFERENCES a (x), j jsonb); "
      "INSERT INTO a VALUES (1, 'y')");
  const Status unique = connection->execute("INSERT INTO a VALUES (2, 'y')", {}).status();
  EXPECT_EQ(unique.key(), "unique_violation");
  EXPECT_EQ(unique.detail(), "uq_y");
  const Status check = connection->execute("INSERT INTO a VALUES (0, 'z')", {}).status();
  EXPECT_EQ(check.key(), "check_violation");
  EXPECT_EQ(check.detail(), "chk_x");
  const Status foreign = connection->execute("INSERT INTO b VALUES (7)", {}).status();
  EXPECT_EQ(foreign.key(), "foreign_key_violation");
  EXPECT_EQ(foreign.detail(), "fk_x");
  EXPECT_EQ(key(*connection, "INSERT INTO b VALUES (NULL)"), "check_violation");
  EXPECT_EQ(key(*connection, "INSERT INTO a VALUES (?, ?)", {p(99'999), p("a")}),
            "check_violation");
  EXPECT_EQ(key(*connection, "INSERT INTO a VALUES (?, ?)", {p(9), p("long")}), "check_violation");
  EXPECT_EQ(key(*connection, "INSERT INTO b VALUES (?, ?)", {p(1), p("{")}), "check_violation");
  EXPECT_EQ(key(*connection, "INSERT INTO a VALUES (?, ?)", {p(3), p(std::string_view("\0", 1))}),
            "check_violation");
  EXPECT_EQ(key(*connection, "INSERT INTO absent VALUES (7)"), "internal");
  EXPECT_EQ(key(*connection, "INSERT INTO b VALUES (?)"), "internal");
  EXPECT_EQ(key(*connection, "DELETE FROM b; DELETE FROM a"), "internal");
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM a"), "1\n");
  EXPECT_FALSE(connection->is_broken());
}

TEST_F(Postgres, ATransactionIsWhole) {
  const auto connection = open();
  run(*connection, "CREATE TABLE t (a integer PRIMARY KEY)");
  ASSERT_TRUE(connection->begin(Mode::write).ok());
  EXPECT_TRUE(connection->in_transaction());
  EXPECT_TRUE(connection->commit().ok());  // nothing was in it, nothing was sent
  EXPECT_FALSE(connection->in_transaction());

  ASSERT_TRUE(connection->begin(Mode::write).ok());
  ASSERT_EQ(key(*connection, "INSERT INTO t VALUES (1)"), "");
  connection->rollback();
  EXPECT_FALSE(connection->in_transaction());
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), "0\n");

  // An error undoes it all: the commit says so.
  ASSERT_TRUE(connection->begin(Mode::write).ok());
  ASSERT_EQ(key(*connection, "INSERT INTO t VALUES (1)"), "");
  ASSERT_EQ(key(*connection, "INSERT INTO t VALUES (1)"), "unique_violation");
  EXPECT_FALSE(connection->commit().ok());
  connection->rollback();
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), "0\n");
}

TEST_F(Postgres, WhatIsPostedGoesWithWhatFollows) {
  const auto connection = open();
  run(*connection, "CREATE TABLE t (a integer PRIMARY KEY)");
  ASSERT_TRUE(connection->begin(Mode::write).ok());
  EXPECT_TRUE(connection->post("INSERT INTO t VALUES (?)", {p(1)}).ok());
  EXPECT_TRUE(connection->post("INSERT INTO t VALUES (?)", {p(2)}).ok());
  EXPECT_TRUE(connection->in_transaction());
  EXPECT_TRUE(connection->commit().ok());
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), "2\n");

  // Its error comes from what follows, and the commit does not happen.
  ASSERT_TRUE(connection->begin(Mode::write).ok());
  EXPECT_TRUE(connection->post("INSERT INTO t VALUES (?)", {p(3)}).ok());
  EXPECT_TRUE(connection->post("INSERT INTO t VALUES (?)", {p(1)}).ok());
  EXPECT_EQ(connection->commit().key(), "unique_violation");
  connection->rollback();
  ASSERT_TRUE(connection->begin(Mode::write).ok());
  EXPECT_TRUE(connection->post("INSERT INTO t VALUES (?)", {p(1)}).ok());
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t").substr(0, 25), "conflict/unique_violation");
  connection->rollback();
  EXPECT_FALSE(connection->in_transaction());
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), "2\n");

  // Rolled back, it is as if it had not been said.
  ASSERT_TRUE(connection->begin(Mode::write).ok());
  EXPECT_TRUE(connection->post("INSERT INTO t VALUES (?)", {p(4)}).ok());
  connection->rollback();
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), "2\n");
}

TEST_F(Postgres, AReadingTransactionSeesOneMomentAndWritesNothing) {
  const auto writer = open(), reader = open(Mode::read);
  run(*writer, "CREATE TABLE t (a integer)");
  ASSERT_TRUE(reader->begin(Mode::read).ok());
  EXPECT_EQ(text(*reader, "SELECT COUNT(*) FROM t"), "0\n");
  ASSERT_EQ(key(*writer, "INSERT INTO t VALUES (1)"), "");
  EXPECT_EQ(text(*reader, "SELECT COUNT(*) FROM t"), "0\n");
  EXPECT_EQ(key(*reader, "INSERT INTO t VALUES (2)"), "database_read_only");
  reader->rollback();
  EXPECT_EQ(text(*reader, "SELECT COUNT(*) FROM t"), "1\n");
}

TEST_F(Postgres, RowsComeOneByOneAndTheCallerMayStop) {
  const auto connection = open();
  const std::string_view many = "SELECT i FROM generate_series(1, 100000) i";
  std::int64_t sum = 0;
  ASSERT_TRUE(connection
                  ->query(many, {},
                          [&](const Row& row) {
                            sum += row.integer(0);
                            return Status();
                          })
                  .ok());
  EXPECT_EQ(sum, 5'000'050'000);
  int rows = 0;
  const auto stop = [&](const Row&) { return ++rows == 2 ? Status::not_found("mine") : Status(); };
  EXPECT_EQ(connection->query("SELECT i FROM generate_series(1, 9) i", {}, stop).key(), "mine");
  EXPECT_FALSE(connection->is_broken());
  rows = 0;
  EXPECT_EQ(connection->query(many, {}, stop).key(), "mine");
  EXPECT_EQ(rows, 2);
  // The rest was not worth reading.
  EXPECT_TRUE(connection->is_broken());
}

TEST_F(Postgres, AStatementInsideTheRowsOfAnotherIsRefused) {
  const auto connection = open();
  const Status status = connection->query("SELECT 1", {}, [&](const Row&) {
    return connection->query("SELECT 2", {}, [](const Row&) { return Status(); });
  });
  EXPECT_EQ(status.code(), Code::internal);
  EXPECT_EQ(text(*connection, "SELECT 3"), "3\n");
}

TEST_F(Postgres, KeepsWorkingPastTheStatementsItKeeps) {
  const auto connection = open();
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 400; ++i)
      ASSERT_EQ(text(*connection, "SELECT " + std::to_string(i)), std::to_string(i) + "\n");
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) <= 257 FROM pg_prepared_statements"), "1\n");
}

TEST_F(Postgres, InsertsManyRows) {
  const auto connection = open();
  run(*connection, "CREATE TABLE t (a smallint CHECK (a < 1000), b text, c jsonb)");
  const std::string_view columns[] = {"a", "b", "c"};
  std::string words;
  const auto insert = [&](int from, int to) {
    int i = from;
    return connection->insert_many("t", columns, [&](std::span<Param> row) -> Result<bool> {
      if (i == to) return false;
      words = "row " + std::to_string(i);
      row[0] = p(i++);
      row[1] = p(words);
      row[2] = i % 2 == 0 ? p("[]") : p(nullptr);
      return true;
    });
  };
  int expected = 0;
  for (const int rows : {0, 1, 2, 8, 9, 10, 600}) {
    const auto inserted = insert(0, rows);
    ASSERT_TRUE(inserted.ok()) << inserted.status().to_string();
    EXPECT_EQ(*inserted, rows);
    expected += rows;
    EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t WHERE b = 'row ' || a"),
              std::to_string(expected) + "\n");
  }
  EXPECT_EQ(insert(998, 1002).status().key(), "check_violation");
  EXPECT_EQ(insert(900, 1002).status().key(), "check_violation");
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), std::to_string(expected) + "\n");
  // The caller's error ends it, and nothing of it arrives.
  int left = 50;
  EXPECT_EQ(connection
                ->insert_many("t", columns,
                              [&](std::span<Param> row) -> Result<bool> {
                                if (--left == 0) return Status::not_found("mine");
                                row[0] = p(1);
                                row[1] = row[2] = p(nullptr);
                                return true;
                              })
                .status()
                .key(),
            "mine");
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), std::to_string(expected) + "\n");
}

TEST_F(Postgres, BlobsGoThroughInParts) {
  const auto connection = open();
  run(*connection, "CREATE TABLE t (id text PRIMARY KEY, content bytea NOT NULL)");
  Bytes content(1'000'003);
  for (std::size_t i = 0; i < content.size(); ++i)
    content[i] = static_cast<std::uint8_t>(i * 7 / 3);
  const auto write = [&](std::string_view id, std::size_t announced) -> Status {
    std::size_t at = 0;
    MONITORA_TRY(connection->begin(Mode::write));
    const Param key = p(id);
    const std::string_view columns[] = {"id"};
    const Status status = connection->insert_blob(
        "t", columns, Params(&key, 1), "content", static_cast<std::int64_t>(announced),
        [&](std::span<std::uint8_t> out) -> Result<std::size_t> {
          const std::size_t count = std::min(out.size(), content.size() - at);
          std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
          at += count;
          return count;
        });
    if (status.ok()) return connection->commit();
    connection->rollback();
    return status;
  };
  ASSERT_TRUE(write("a", content.size()).ok());
  EXPECT_EQ(write("b", content.size() - 1).code(), Code::internal);
  EXPECT_EQ(write("c", content.size() + 1).code(), Code::internal);
  EXPECT_EQ(write("a", content.size()).key(), "unique_violation");
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) FROM t"), "1\n");
  Bytes read;
  ASSERT_TRUE(connection
                  ->read_blob("t", "content", "id", p("a"),
                              [&](BytesView part) {
                                EXPECT_LE(part.size(), 256u * 1024);
                                read.insert(read.end(), part.begin(), part.end());
                                return Status();
                              })
                  .ok());
  EXPECT_EQ(read, content);
  const auto nothing = [](BytesView) { return Status(); };
  EXPECT_EQ(connection->read_blob("t", "content", "id", p("x"), nothing).key(), "row_not_found");
  EXPECT_FALSE(connection->in_transaction());
  content.clear();
  ASSERT_TRUE(write("empty", 0).ok());
  EXPECT_TRUE(connection->read_blob("t", "content", "id", p("empty"), nothing).ok());
}

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
