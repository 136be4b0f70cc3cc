// Statements, transactions, errors and threads, with a real server.
#include "sql/odbc/sqlserver.h"

#include <atomic>
#include <latch>
#include <thread>

#include "base/deadline.h"
#include "sql/odbc/server_fixture.h"

namespace monitora::sql {
namespace {

using namespace std::chrono_literals;

class SqlServer : public OnSqlServer {};
MONITORA_ON_SQLSERVER(SqlServer);

TEST_P(SqlServer, CountsTheRowsThatAStatementChanged) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "counted", "id INT PRIMARY KEY, v INT");
  make_table(*connection, "logged", "id INT, note NVARCHAR(10)");
  run(*connection,
      "CREATE TRIGGER trg_counted ON counted AFTER INSERT, UPDATE AS BEGIN "
      "INSERT INTO logged (id, note) SELECT i.id, N'a' FROM inserted i; "
      "INSERT INTO logged (id, note) SELECT i.id, N'b' FROM inserted i; END");
  const auto rows = [&](std::string_view statement, std::initializer_list<Param> params) {
    const auto count = connection->execute(statement, params);
    EXPECT_TRUE(count.ok()) << count.status().to_string();
    return count.ok() ? *count : -1;
  };
  EXPECT_EQ(rows("INSERT INTO counted (id, v) VALUES (?, 1), (2, 1), (3, 1)", {p(1)}), 3);
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM logged"), 6);
  EXPECT_EQ(rows("UPDATE counted SET v = 2 WHERE id >= ?", {p(2)}), 2);
  EXPECT_EQ(rows("UPDATE counted SET v = 2 WHERE id = ?", {p(99)}), 0);
  EXPECT_EQ(rows("DELETE FROM counted WHERE id = ?", {p(1)}), 1);
  run(*connection, "DROP TABLE counted\nGO\nDROP TABLE logged");
}

TEST_P(SqlServer, ProceduresWithAResult) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "made", "id INT PRIMARY KEY, name NVARCHAR(20)");
  run(*connection,
      "DROP PROCEDURE IF EXISTS p_make\nGO\nCREATE PROCEDURE p_make @id INT, @name NVARCHAR(20) AS "
      "BEGIN INSERT INTO made (id, name) VALUES (@id, @name); UPDATE made SET name = name; "
      "SELECT id, name FROM made WHERE id = @id; END");
  for (int i = 0; i < 3; ++i) {
    std::string got;
    const Status called =
        connection->query("EXEC p_make ?, ?", {p(i), p("é\xF0\x9F\x98\x80")}, [&](const Row& row) {
          got += std::to_string(row.integer(0)) + std::string(row.text(1));
          return Status();
        });
    ASSERT_TRUE(called.ok()) << called.to_string();
    EXPECT_EQ(got, std::to_string(i) + "é\xF0\x9F\x98\x80");
  }
  // An error behind the first result is found.
  run(*connection,
      "DROP PROCEDURE IF EXISTS p_late\nGO\nCREATE PROCEDURE p_late AS BEGIN "
      "SELECT 1 AS one; INSERT INTO made (id, name) VALUES (1, N'x'); END");
  EXPECT_EQ(connection->query("EXEC p_late", {}, [](const Row&) { return Status(); }).key(),
            "unique_violation");
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM made"), 3);
}

TEST_P(SqlServer, ErrorsSayWhatHappened) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  run(*connection, "DROP TABLE IF EXISTS child\nGO\nDROP TABLE IF EXISTS parent");
  make_table(*connection, "parent",
             "id INT CONSTRAINT pk_parent PRIMARY KEY, name NVARCHAR(5) NOT NULL, rank INT "
             "CONSTRAINT chk_rank CHECK (rank > 0), CONSTRAINT uq_name UNIQUE (name)");
  make_table(*connection, "child", "id INT CONSTRAINT fk_child_parent REFERENCES parent (id)");
  const auto error = [&](std::string_view statement) {
    return connection->execute(statement, {}).status();
  };
  ASSERT_TRUE(error("INSERT INTO parent (id, name, rank) VALUES (1, N'a', 1)").ok());
  const Status unique = error("INSERT INTO parent (id, name, rank) VALUES (2, N'a', 1)");
  EXPECT_EQ(unique.key(), "unique_violation") << unique.to_string();
  EXPECT_NE(unique.detail().find("uq_name"), std::string::npos) << unique.detail();
  const Status check = error("INSERT INTO parent (id, name, rank) VALUES (3, N'b', 0)");
  EXPECT_EQ(check.key(), "check_violation") << check.to_string();
  EXPECT_NE(check.detail().find("chk_rank"), std::string::npos) << check.detail();
  const Status foreign = error("INSERT INTO child (id) VALUES (77)");
  EXPECT_EQ(foreign.key(), "foreign_key_violation") << foreign.to_string();
  EXPECT_NE(foreign.detail().find("fk_child_parent"), std::string::npos) << foreign.detail();
  EXPECT_EQ(error("INSERT INTO parent (id, rank) VALUES (4, 1)").key(), "check_violation");
  EXPECT_EQ(error("INSERT INTO parent (id, name, rank) VALUES (5, N'too long', 1)").key(),
            "value_too_large");
  EXPECT_EQ(error("SELEC 1").code(), Code::internal);
  EXPECT_EQ(error("SELECT nothing FROM nowhere").code(), Code::internal);
  EXPECT_FALSE(connection->is_broken());
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM parent"), 1);
}

TEST_P(SqlServer, ATransactionIsAllOrNothing) {
  const auto connection = open();
  const auto other = open();
  ASSERT_TRUE(connection && other);
  make_table(*connection, "kept", "id INT PRIMARY KEY");
  ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
  EXPECT_TRUE(connection->in_transaction());
  ASSERT_TRUE(connection->execute("INSERT INTO kept VALUES (1)", {}).ok());
  connection->rollback();
  EXPECT_FALSE(connection->in_transaction());
  EXPECT_EQ(number(*other, "SELECT COUNT(*) FROM kept"), 0);

  ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
  ASSERT_TRUE(connection->execute("INSERT INTO kept VALUES (1)", {}).ok());
  ASSERT_TRUE(connection->commit().ok());
  EXPECT_EQ(number(*other, "SELECT COUNT(*) FROM kept"), 1);

  // After an error nothing of it remains, whatever the caller makes of it.
  ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
  ASSERT_TRUE(connection->execute("INSERT INTO kept VALUES (2)", {}).ok());
  EXPECT_EQ(connection->execute("INSERT INTO kept VALUES (1)", {}).status().key(),
            "unique_violation");
  EXPECT_EQ(connection->execute("INSERT INTO kept VALUES (3)", {}).status().key(),
            "unique_violation");
  EXPECT_FALSE(connection->commit().ok());
  connection->rollback();
  EXPECT_FALSE(connection->is_broken());
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM kept"), 1);
}

TEST_P(SqlServer, AReaderSeesOneMoment) {
  const auto reader = open(Connection::Mode::read);
  const auto writer = open();
  ASSERT_TRUE(reader && writer);
  make_table(*writer, "seen", "id INT PRIMARY KEY");
  const bool snapshots =
      number(*reader,
             "SELECT CAST(snapshot_isolation_state AS INT) FROM sys.databases WHERE name = "
             "DB_NAME()") == 1;
  if (!snapshots) GTEST_SKIP() << "this database does not allow snapshots";
  ASSERT_TRUE(reader->begin(Connection::Mode::read).ok());
  EXPECT_EQ(number(*reader, "SELECT COUNT(*) FROM seen"), 0);
  ASSERT_TRUE(writer->execute("INSERT INTO seen VALUES (1)", {}).ok());
  EXPECT_EQ(number(*reader, "SELECT COUNT(*) FROM seen"), 0);
  ASSERT_TRUE(reader->commit().ok());
  EXPECT_EQ(number(*reader, "SELECT COUNT(*) FROM seen"), 1);
}

TEST_P(SqlServer, ADeadlockHasAVictimThatMayTryAgain) {
  const auto setup = open();
  ASSERT_TRUE(setup);
  make_table(*setup, "locked", "id INT PRIMARY KEY, v INT");
  run(*setup, "INSERT INTO locked VALUES (1, 0), (2, 0)");
  std::latch both_hold_one(2);
  std::vector<Status> ends(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&, i] {
      const auto connection = open();
      Status status = connection->begin(Connection::Mode::write);
      if (status.ok())
        status =
            connection->execute("UPDATE locked SET v = v + 1 WHERE id = ?", {p(1 + i)}).status();
      both_hold_one.arrive_and_wait();
      if (status.ok())
        status =
            connection->execute("UPDATE locked SET v = v + 1 WHERE id = ?", {p(2 - i)}).status();
      if (status.ok()) status = connection->commit();
      if (!status.ok()) connection->rollback();
      ends[static_cast<std::size_t>(i)] = status;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_NE(ends[0].ok(), ends[1].ok());
  const Status& victim = ends[0].ok() ? ends[1] : ends[0];
  EXPECT_EQ(victim.key(), "database_busy") << victim.to_string();
  EXPECT_EQ(number(*setup, "SELECT SUM(v) FROM locked"), 2);
}

TEST_P(SqlServer, OneOfManyWithTheSameKeyWins) {
  const auto setup = open();
  ASSERT_TRUE(setup);
  make_table(*setup, "only", "name NVARCHAR(50) CONSTRAINT uq_only UNIQUE");
  std::atomic<int> stored{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto connection = open();
      const auto count = connection->execute("INSERT INTO only (name) VALUES (?)", {p("one")});
      if (count.ok()) ++stored;
      if (count.status().key() == "unique_violation") ++refused;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(refused, 7);
}

TEST_P(SqlServer, EightThreadsRunAtTheSameTime) {
  constexpr int kThreads = 8;
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < kThreads; ++i) connections.push_back(open());
  make_table(*connections[0], "parallel", "thread INT, n INT, t NVARCHAR(MAX)");
  // Each but the last waits in the server for a lock that the last one lets go: were the calls
  // serialised, it would never get to that.
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      Connection& connection = *connections[static_cast<std::size_t>(i)];
      for (int n = 0; n < 20; ++n) {
        const Status status =
            connection
                .execute("INSERT INTO parallel VALUES (?, ?, ?)",
                         {p(i), p(n), p(std::string(static_cast<std::size_t>(n) * 700, 'x'))})
                .status();
        EXPECT_TRUE(status.ok()) << status.to_string();
      }
    });
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  make_table(*connections[0], "held", "id INT PRIMARY KEY, v INT");
  run(*connections[0], "INSERT INTO held VALUES (1, 0)");
  Connection& holder = *connections[kThreads - 1];
  ASSERT_TRUE(holder.begin(Connection::Mode::write).ok());
  ASSERT_TRUE(holder.execute("UPDATE held SET v = 1", {}).ok());
  std::latch all_sent(kThreads);
  for (int i = 0; i < kThreads - 1; ++i)
    threads.emplace_back([&, i] {
      all_sent.count_down();
      const Status status = connections[static_cast<std::size_t>(i)]
                                ->execute("UPDATE held SET v = v + 1", {})
                                .status();
      EXPECT_TRUE(status.ok()) << status.to_string();
    });
  all_sent.arrive_and_wait();
  ASSERT_TRUE(holder.execute("UPDATE held SET v = v + 1", {}).ok());
  ASSERT_TRUE(holder.commit().ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number(holder, "SELECT v FROM held"), kThreads + 1);
  EXPECT_EQ(number(*connections[0], "SELECT COUNT(*) FROM parallel"), kThreads * 20);
  EXPECT_EQ(number(*connections[0], "SELECT SUM(LEN(t)) FROM parallel"), kThreads * 700 * 190);
}

TEST_P(SqlServer, APoolOverIt) {
  options_.writers = 2;
  options_.readers = 1;
  const auto pool = make_sqlserver_pool(options_);
  EXPECT_EQ(pool->database(), Database::sqlserver);
  ASSERT_TRUE(pool->with(Connection::Mode::write,
                         [](Connection& connection) {
                           return connection.run_script(
                               "DROP TABLE IF EXISTS pooled\nGO\nCREATE TABLE pooled (id INT)");
                         })
                  .ok());
  ASSERT_TRUE(pool->transact([](Connection& connection) {
                    return connection.execute("INSERT INTO pooled VALUES (?)", {p(1)}).status();
                  })
                  .ok());
  const Status undone = pool->transact([](Connection& connection) -> Status {
    MONITORA_TRY(connection.execute("INSERT INTO pooled VALUES (?)", {p(2)}).status());
    return Status::not_found("changed_my_mind");
  });
  EXPECT_EQ(undone.key(), "changed_my_mind");
  std::int64_t count = -1;
  ASSERT_TRUE(pool->read([&](Connection& connection) {
                    return connection.query("SELECT COUNT(*) FROM pooled", {}, [&](const Row& row) {
                      count = row.integer(0);
                      return Status();
                    });
                  })
                  .ok());
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace monitora::sql
