// Statements and transactions on PostgreSQL.
#include "sql/postgres/fixture.h"

namespace monitora::sql {
namespace {

using Mode = Connection::Mode;

TEST(Placeholders, AreNumberedOutsideTextsAndComments) {
  EXPECT_EQ(numbered_placeholders("a = ? AND b = ?"), "a = $1 AND b = $2");
  EXPECT_EQ(numbered_placeholders("'?''?' = ? -- ?\n, \"?\" /* ? */ ?"),
            "'?''?' = $1 -- ?\n, \"?\" /* ? */ $2");
  EXPECT_EQ(numbered_placeholders("'? and so on"), "'? and so on");
  EXPECT_EQ(numbered_placeholders(""), "");
}

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

// What a pooler that shares sessions between transactions does to us.
TEST_F(Postgres, ASessionThatIsNotOursAloneIsSaid) {
  const auto connection = open();
  run(*connection, "PREPARE m1 AS SELECT 1");
  EXPECT_EQ(key(*connection, "SELECT 2"), "database_pooler");
  const auto other = open();
  EXPECT_EQ(text(*other, "SELECT 3"), "3\n");
  run(*other, "DEALLOCATE ALL");
  EXPECT_EQ(key(*other, "SELECT 3"), "database_pooler");
}

TEST_F(Postgres, KeepsWorkingPastTheStatementsItKeeps) {
  const auto connection = open();
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 400; ++i)
      ASSERT_EQ(text(*connection, "SELECT " + std::to_string(i)), std::to_string(i) + "\n");
  EXPECT_EQ(text(*connection, "SELECT COUNT(*) <= 257 FROM pg_prepared_statements"), "1\n");
}

}  // namespace
}  // namespace monitora::sql
