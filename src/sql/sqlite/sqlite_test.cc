#include "sql/sqlite/sqlite.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <latch>
#include <thread>

#include "base/deadline.h"
#include "sql/migrations.h"
#include "sql/test_blobs.h"
#include "sql/test_directory.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;

class Sqlite : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> open(Connection::Mode mode = Connection::Mode::write) {
    auto made = open_sqlite(file(), mode);
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return made.ok() ? std::move(*made) : nullptr;
  }
  std::filesystem::path file() const { return directory.path() / "monitora.db"; }

  static std::int64_t number(Connection& connection, std::string_view statement,
                             std::initializer_list<Param> params = {}) {
    std::int64_t value = -1;
    const Status status = connection.query(statement, params, [&](const Row& row) {
      value = row.integer(0);
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return value;
  }

  TestDirectory directory;
};

constexpr char kEndless[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

TEST_F(Sqlite, ValuesComeBackAsTheyWent) {
  const auto connection = open();
  ASSERT_TRUE(connection
                  ->run_script("CREATE TABLE t (a TEXT, b INTEGER, c REAL, d BLOB, e TEXT, f TEXT, "
                               "g INTEGER, h TEXT)")
                  .ok());
  const Uuid id = Uuid::random();
  const Time time = *parse_time("2026-11-22T20:55:48.123456Z");
  const Bytes bytes{0, 255, 0};
  const std::string text = "é\U0001F600 '\" -- \r\n  ";
  ASSERT_TRUE(connection
                  ->execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                            {p(text), p(INT64_MIN), p(-0.0), p(BytesView(bytes)), p(time), p(id),
                             p(true), p(nullptr)})
                  .ok());
  ASSERT_TRUE(connection
                  ->query("SELECT a, b, c, d, e, f, g, h FROM t WHERE f = ? AND e <= ?",
                          {p(id), p(time)},
                          [&](const Row& row) {
                            EXPECT_EQ(row.text(0), text);
                            EXPECT_EQ(row.integer(1), INT64_MIN);
                            EXPECT_EQ(row.real(2), 0.0);
                            EXPECT_EQ(Bytes(row.bytes(3).begin(), row.bytes(3).end()), bytes);
                            EXPECT_EQ(row.time(4), time);
                            EXPECT_EQ(row.uuid(5), id);
                            EXPECT_TRUE(row.boolean(6));
                            EXPECT_TRUE(row.is_null(7));
                            EXPECT_EQ(row.text(7), "");
                            EXPECT_TRUE(row.uuid(7).is_nil());
                            return Status();
                          })
                  .ok());
  EXPECT_EQ(number(*connection, "SELECT f = lower(f) AND length(f) = 36 FROM t"), 1);
}

TEST_F(Sqlite, EmptyIsNotNull) {
  const auto connection = open();
  ASSERT_TRUE(connection->run_script("CREATE TABLE t (a TEXT NOT NULL, b BLOB NOT NULL)").ok());
  EXPECT_TRUE(
      connection->execute("INSERT INTO t VALUES (?, ?)", {p(std::string_view()), p(BytesView())})
          .ok());
}

TEST_F(Sqlite, SaysWhichRuleWasBroken) {
  const auto connection = open();
  ASSERT_TRUE(connection
                  ->run_script("CREATE TABLE a (id INTEGER PRIMARY KEY, x INT CONSTRAINT CHK_x "
                               "CHECK (x > 0), y TEXT UNIQUE);"
                               "CREATE TABLE b (a_id INT NOT NULL REFERENCES a (id))")
                  .ok());
  ASSERT_TRUE(connection->execute("INSERT INTO a VALUES (1, 1, 'y')", {}).ok());
  const Status unique = connection->execute("INSERT INTO a VALUES (2, 1, 'y')", {}).status();
  EXPECT_EQ(unique.key(), "unique_violation");
  EXPECT_EQ(unique.code(), Code::conflict);
  EXPECT_EQ(unique.detail(), "a.y");
  EXPECT_EQ(connection->execute("INSERT INTO a VALUES (1, 1, 'z')", {}).status().key(),
            "unique_violation");
  const Status check = connection->execute("INSERT INTO a VALUES (3, 0, 'z')", {}).status();
  EXPECT_EQ(check.key(), "check_violation");
  EXPECT_EQ(check.detail(), "CHK_x");
  EXPECT_EQ(connection->execute("INSERT INTO b VALUES (NULL)", {}).status().key(),
            "check_violation");
  EXPECT_EQ(connection->execute("INSERT INTO b VALUES (7)", {}).status().key(),
            "foreign_key_violation");
  EXPECT_EQ(connection->execute("INSERT INTO absent VALUES (7)", {}).status().code(),
            Code::internal);
  EXPECT_EQ(connection->execute("INSERT INTO b VALUES (?)", {}).status().code(), Code::internal);
  EXPECT_EQ(connection->execute("DELETE FROM b; DELETE FROM a", {}).status().code(),
            Code::internal);
}

TEST_F(Sqlite, AReaderRefusesWritesAndSeesASnapshot) {
  const auto writer = open();
  ASSERT_TRUE(writer->run_script("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)").ok());
  const auto reader = open(Connection::Mode::read);
  EXPECT_EQ(reader->execute("INSERT INTO t VALUES (2)", {}).status().key(), "database_read_only");
  ASSERT_TRUE(reader->begin(Connection::Mode::read).ok());
  EXPECT_EQ(number(*reader, "SELECT COUNT(*) FROM t"), 1);
  ASSERT_TRUE(writer->execute("INSERT INTO t VALUES (2)", {}).ok());  // readers do not block it
  EXPECT_EQ(number(*reader, "SELECT COUNT(*) FROM t"), 1);
  ASSERT_TRUE(reader->commit().ok());
  EXPECT_EQ(number(*reader, "SELECT COUNT(*) FROM t"), 2);
}

TEST_F(Sqlite, TheSameQueryInsideItsOwnRows) {
  const auto connection = open();
  ASSERT_TRUE(
      connection->run_script("CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2), (3)").ok());
  int inner = 0;
  ASSERT_TRUE(connection
                  ->query("SELECT a FROM t", {},
                          [&](const Row&) {
                            return connection->query("SELECT a FROM t", {}, [&](const Row&) {
                              ++inner;
                              return Status();
                            });
                          })
                  .ok());
  EXPECT_EQ(inner, 9);
}

TEST_F(Sqlite, KeepsWorkingPastTheStatementsItKeeps) {
  const auto connection = open();
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 600; ++i) EXPECT_EQ(number(*connection, "SELECT " + std::to_string(i)), i);
}

TEST_F(Sqlite, AnErrorOfTheCallerEndsTheQuery) {
  const auto connection = open();
  int rows = 0;
  const Status status = connection->query("VALUES (1), (2), (3)", {}, [&](const Row&) {
    return ++rows == 2 ? Status::not_found("mine") : Status();
  });
  EXPECT_EQ(status.key(), "mine");
  EXPECT_EQ(rows, 2);
}

TEST_F(Sqlite, ADeadlineEndsARunningStatement) {
  const auto connection = open();
  {
    const ScopedDeadline soon(Deadline::in(20ms));
    EXPECT_EQ(connection->query(kEndless, {}, [](const Row&) { return Status(); }).code(),
              Code::deadline_exceeded);
    EXPECT_EQ(connection->execute("CREATE TABLE t (a INT)", {}).status().code(),
              Code::deadline_exceeded);
  }
  EXPECT_EQ(number(*connection, "SELECT 1"), 1);
}

TEST_F(Sqlite, AStopEndsARunningStatement) {
  const auto connection = open();
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  const ScopedDeadline wanted(Deadline::in(1h, stop.get_token()));
  EXPECT_EQ(connection->query(kEndless, {}, [](const Row&) { return Status(); }).code(),
            Code::cancelled);
}

TEST_F(Sqlite, AnotherProcessesLockIsWaitedForUntilTheDeadline) {
  const auto first = open();
  const auto second = open();
  ASSERT_TRUE(first->begin(Connection::Mode::write).ok());
  {
    const ScopedDeadline soon(Deadline::in(20ms));
    EXPECT_EQ(second->begin(Connection::Mode::write).code(), Code::deadline_exceeded);
  }
  std::latch waiting(1);
  std::jthread other([&] {
    waiting.count_down();
    EXPECT_TRUE(second->begin(Connection::Mode::write).ok());
    EXPECT_TRUE(second->commit().ok());
  });
  waiting.wait();
  ASSERT_TRUE(first->commit().ok());
}

TEST_F(Sqlite, BlobsGoThroughInParts) {
  const auto connection = open();
  ASSERT_TRUE(
      connection
          ->run_script("CREATE TABLE parts (id TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT")
          .ok());
  blobs_go_through_in_parts([&] { return open(); });
}

TEST_F(Sqlite, InsertsManyRows) {
  const auto connection = open();
  ASSERT_TRUE(connection->run_script("CREATE TABLE t (a INT CHECK (a < 1000), b TEXT)").ok());
  const std::string_view columns[] = {"a", "b"};
  std::string text;
  const auto insert = [&](int from, int to) {
    int i = from;
    return connection->insert_many("t", columns, [&](std::span<Param> row) -> Result<bool> {
      if (i == to) return false;
      text = "row " + std::to_string(i);
      row[0] = p(i++);
      row[1] = p(text);
      return true;
    });
  };
  const auto inserted = insert(0, 1000);
  ASSERT_TRUE(inserted.ok());
  EXPECT_EQ(*inserted, 1000);
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM t WHERE b = 'row ' || a"), 1000);
  EXPECT_EQ(insert(999, 1002).status().key(), "check_violation");
}

TEST_F(Sqlite, AFullDiskIsSaidAndLosesNothing) {
  const auto connection = open();
  ASSERT_TRUE(
      connection->run_script("CREATE TABLE t (a BLOB); INSERT INTO t VALUES ('kept')").ok());
  // As many pages as there are: SQLite then answers as it does on a full disk.
  ASSERT_TRUE(connection->run_script("PRAGMA max_page_count = 3").ok());
  EXPECT_EQ(connection->execute("INSERT INTO t VALUES (zeroblob(100000))", {}).status().key(),
            "disk_full");
  EXPECT_FALSE(connection->is_broken());
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM t"), 1);
}

TEST_F(Sqlite, ADamagedFileIsSaidToBe) {
  std::ofstream(file()) << std::string(8192, 'x');
  EXPECT_EQ(open_sqlite(file(), Connection::Mode::write).status().key(), "database_corrupted");
}

TEST_F(Sqlite, IntegrityCheckFindsADamagedPage) {
  {
    const auto connection = open();
    ASSERT_TRUE(connection->run_script("CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);").ok());
    for (int i = 0; i < 300; ++i)
      ASSERT_TRUE(
          connection->execute("INSERT INTO t VALUES (?)", {p("row " + std::to_string(i))}).ok());
    EXPECT_TRUE(check_sqlite_integrity(*connection).ok());
  }
  std::fstream raw(file(), std::ios::in | std::ios::out | std::ios::binary);
  raw.seekp(3 * 4096);
  raw << std::string(4096, '\x7f');
  raw.close();
  const auto connection = open();
  EXPECT_EQ(check_sqlite_integrity(*connection).code(), Code::corrupted);
}

// Root may write anywhere, so a child without that right tries.
TEST_F(Sqlite, AReadOnlyDirectoryIsSaidToBe) {
  open().reset();
  ASSERT_EQ(::chmod(file().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(directory.path().c_str(), 0555), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(9);
    const std::string key = open_sqlite(file(), Connection::Mode::write).status().key();
    ::_exit(key == "database_read_only" || key == "database_unavailable" ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(open_sqlite(directory.path() / "absent" / "monitora.db", Connection::Mode::write)
                .status()
                .key(),
            "database_unavailable");
}

TEST_F(Sqlite, SearchFoldsCaseAndAccents) {
  const auto connection = open();
  EXPECT_EQ(number(*connection, "SELECT monitora_fold('Élève DÉÇU') = 'eleve decu'"), 1);
  EXPECT_EQ(number(*connection, "SELECT monitora_fold(NULL) IS NULL"), 1);
}

}  // namespace
}  // namespace monitora::sql
