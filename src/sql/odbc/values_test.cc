// Every type at its edges, through a real server.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sql/odbc/server_fixture.h"

namespace monitora::sql {
namespace {

class Values : public OnSqlServer {};
MONITORA_ON_SQLSERVER(Values);

constexpr char kEmoji[] = "\xF0\x9F\x98\x80";

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

// What comes back when `value` goes in and out of a column of `type`.
std::string through(Connection& connection, std::string_view value) {
  EXPECT_TRUE(connection.execute("DELETE FROM texts", {}).ok());
  const auto stored = connection.execute("INSERT INTO texts (v) VALUES (?)", {p(value)});
  EXPECT_TRUE(stored.ok()) << stored.status().to_string();
  std::string back = "no row";
  bool null = true;
  const Status read = connection.query("SELECT v FROM texts", {}, [&](const Row& row) {
    back = row.text(0);
    null = row.is_null(0);
    return Status();
  });
  EXPECT_TRUE(read.ok()) << read.to_string();
  EXPECT_FALSE(null);
  return back;
}

TEST_P(Values, TextOfAnyLength) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "texts", "v NVARCHAR(MAX)");
  for (const std::string& value : {std::string(),
                                   std::string(" "),
                                   std::string("  two spaces  "),
                                   std::string("a\r\n\tb"),
                                   std::string("'\"[]{}?;--/*"),
                                   std::string("\xEF\xBB\xBFmark"),
                                   std::string("e\xCC\x81"),
                                   std::string(kEmoji),
                                   std::string("\xF4\x8F\xBF\xBF"),
                                   std::string("\xEF\xBF\xBF"),
                                   repeated("x", 3999),
                                   repeated("x", 4000),
                                   repeated("x", 4001),
                                   repeated("\xC3\xA9", 4000),
                                   repeated("\xC3\xA9", 4001),
                                   repeated(kEmoji, 2000),
                                   repeated(kEmoji, 2001),
                                   repeated("x", 3999) + kEmoji,
                                   repeated("x", 16382) + kEmoji,
                                   repeated("x", 16383) + kEmoji,
                                   repeated("x", 16384) + kEmoji,
                                   repeated("x", 65535) + kEmoji,
                                   "y" + repeated(kEmoji, 50000)})
    EXPECT_TRUE(through(*connection, value) == value)
        << value.size() << " bytes: " << value.substr(0, 40);
}

TEST_P(Values, TextOfTenMegabytes) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "texts", "v NVARCHAR(MAX)");
  const std::string value = repeated("abcdefghi" + std::string(kEmoji), 800'000);
  EXPECT_TRUE(through(*connection, value) == value);
}

TEST_P(Values, ShortColumnsToo) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "texts", "v NVARCHAR(4000)");
  for (const std::string& value : {std::string(), std::string("x "), repeated("\xC3\xA9", 4000),
                                   repeated(kEmoji, 2000), repeated("x", 3998) + kEmoji})
    EXPECT_TRUE(through(*connection, value) == value) << value.size() << " bytes";
  EXPECT_EQ(connection->execute("INSERT INTO texts (v) VALUES (?)", {p(repeated("x", 4001))})
                .status()
                .key(),
            "value_too_large");
}

TEST_P(Values, BytesOfAnyLength) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "blobs", "id INT, v VARBINARY(MAX)");
  std::int64_t id = 0;
  for (const std::size_t size : {0, 1, 7999, 8000, 8001, 32767, 32768, 32769, 100'000, 3'000'000}) {
    Bytes value(size);
    for (std::size_t i = 0; i < size; ++i) value[i] = static_cast<std::uint8_t>(i * 31 >> 3);
    const auto stored = connection->execute("INSERT INTO blobs (id, v) VALUES (?, ?)",
                                            {p(++id), p(BytesView(value))});
    ASSERT_TRUE(stored.ok()) << stored.status().to_string();
    Bytes back{1};
    bool null = true;
    const Status read =
        connection->query("SELECT v FROM blobs WHERE id = ?", {p(id)}, [&](const Row& row) {
          back.assign(row.bytes(0).begin(), row.bytes(0).end());
          null = row.is_null(0);
          return Status();
        });
    ASSERT_TRUE(read.ok()) << read.to_string();
    EXPECT_FALSE(null) << size;
    EXPECT_TRUE(back == value) << size << " became " << back.size();
  }
}

TEST_P(Values, NumbersAtTheirEdges) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "numbers",
             "i BIGINT, r FLOAT, b BIT, n INT, d DECIMAL(38, 10), t TINYINT");
  constexpr double kReals[] = {0.0,
                               -0.0,
                               0.1,
                               1.0 / 3.0,
                               std::numeric_limits<double>::max(),
                               -std::numeric_limits<double>::max(),
                               std::numeric_limits<double>::min(),
                               9007199254740993.0,
                               -1e-300};
  for (const double real : kReals) {
    ASSERT_TRUE(connection->execute("DELETE FROM numbers", {}).ok());
    const auto stored = connection->execute("INSERT INTO numbers (r) VALUES (?)", {p(real)});
    ASSERT_TRUE(stored.ok()) << stored.status().to_string();
    ASSERT_TRUE(connection
                    ->query("SELECT r FROM numbers", {},
                            [&](const Row& row) {
                              EXPECT_EQ(row.real(0), real);
                              EXPECT_EQ(std::signbit(row.real(0)), std::signbit(real));
                              return Status();
                            })
                    .ok());
  }
  for (const std::int64_t integer :
       {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN, INT64_MAX - 1}) {
    ASSERT_TRUE(connection->execute("DELETE FROM numbers", {}).ok());
    ASSERT_TRUE(connection
                    ->execute("INSERT INTO numbers (i, b, n, d, t) VALUES (?, ?, ?, ?, ?)",
                              {p(integer), p(integer > 0), p(INT32_MIN), p(integer), p(255)})
                    .ok());
    const Status read =
        connection->query("SELECT i, b, n, d, t FROM numbers", {}, [&](const Row& row) {
          EXPECT_EQ(row.integer(0), integer);
          EXPECT_EQ(row.text(0), std::to_string(integer));
          EXPECT_EQ(row.boolean(1), integer > 0);
          EXPECT_EQ(row.integer(2), INT32_MIN);
          EXPECT_EQ(row.integer(3), integer);
          EXPECT_EQ(row.integer(4), 255);
          return Status();
        });
    ASSERT_TRUE(read.ok()) << read.to_string();
  }
}

TEST_P(Values, TimesToTheMicrosecond) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "times", "o DATETIMEOFFSET(7), d DATETIME2(7), day DATE");
  for (const char* wanted :
       {"0001-01-01T00:00:00.000000Z", "1582-10-15T00:00:00.000001Z", "1752-09-14T12:00:00.999999Z",
        "1899-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00.000000Z",
        "2000-02-29T23:59:59.123456Z", "2026-11-22T20:55:48.123456Z",
        "9999-12-31T23:59:59.999999Z"}) {
    const Time time = *parse_time(wanted);
    ASSERT_TRUE(connection->execute("DELETE FROM times", {}).ok());
    const auto stored = connection->execute("INSERT INTO times (o, d, day) VALUES (?, ?, ?)",
                                            {p(time), p(time), p(std::string_view(wanted, 10))});
    ASSERT_TRUE(stored.ok()) << wanted << ": " << stored.status().to_string();
    const Status read = connection->query("SELECT o, d, day FROM times", {}, [&](const Row& row) {
      EXPECT_EQ(row.text(0), wanted);
      EXPECT_EQ(format_time(row.time(0)), wanted);
      EXPECT_EQ(row.text(1), wanted);
      EXPECT_EQ(row.text(2), std::string_view(wanted, 10));
      EXPECT_EQ(row.time(2), *parse_time(std::string(wanted, 10) + "T00:00:00Z"));
      return Status();
    });
    ASSERT_TRUE(read.ok()) << read.to_string();
    EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM times WHERE o = ?", {p(time)}), 1)
        << wanted;
  }
  // Another zone's time is the same moment.
  ASSERT_TRUE(connection->execute("DELETE FROM times", {}).ok());
  run(*connection,
      "INSERT INTO times (o) VALUES ('2026-11-22 20:55:48.123456 +05:30')\nGO\n"
      "INSERT INTO times (o) VALUES ('2026-11-22 20:55:48.123456 -08:45')");
  std::string both;
  ASSERT_TRUE(connection
                  ->query("SELECT o FROM times ORDER BY o", {},
                          [&](const Row& row) {
                            both += row.text(0);
                            return Status();
                          })
                  .ok());
  EXPECT_EQ(both, "2026-11-22T15:25:48.123456Z2026-11-23T05:40:48.123456Z");
}

TEST_P(Values, IdsAreLowerCase) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "ids", "id UNIQUEIDENTIFIER PRIMARY KEY, name NVARCHAR(10)");
  const Uuid id = *Uuid::parse("01234567-89ab-cdef-f0e1-d2c3b4a59687");
  ASSERT_TRUE(
      connection->execute("INSERT INTO ids (id, name) VALUES (?, ?)", {p(id), p("x")}).ok());
  EXPECT_EQ(text(*connection, "SELECT id FROM ids WHERE id = ?", {p(id)}), id.to_string());
  EXPECT_EQ(text(*connection, "SELECT id FROM ids WHERE id = ?", {p(id.to_string())}),
            id.to_string());
  EXPECT_EQ(text(*connection, "SELECT LOWER(CAST(id AS NVARCHAR(36))) FROM ids"), id.to_string());
  ASSERT_TRUE(connection
                  ->query("SELECT id FROM ids", {},
                          [&](const Row& row) {
                            EXPECT_EQ(row.uuid(0), id);
                            return Status();
                          })
                  .ok());
}

TEST_P(Values, NullIsNothing) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "nulls",
             "id INT, a NVARCHAR(MAX), b BIGINT, c FLOAT, d VARBINARY(MAX), e DATETIMEOFFSET(7), f "
             "UNIQUEIDENTIFIER, g BIT, h NVARCHAR(20)");
  const auto stored = connection->execute(
      "INSERT INTO nulls (id, a, b, c, d, e, f, g, h) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {p(1), p(nullptr), p(nullptr), p(nullptr), p(nullptr), p(nullptr), p(nullptr), p(nullptr),
       p(nullptr)});
  ASSERT_TRUE(stored.ok()) << stored.status().to_string();
  const auto changed = connection->execute("UPDATE nulls SET d = ?, h = ?, e = ? WHERE id = ?",
                                           {p(nullptr), p(nullptr), p(nullptr), p(1)});
  ASSERT_TRUE(changed.ok()) << changed.status().to_string();
  int rows = 0;
  ASSERT_TRUE(connection
                  ->query("SELECT a, b, c, d, e, f, g, h FROM nulls", {},
                          [&](const Row& row) {
                            ++rows;
                            for (int i = 0; i < 8; ++i) EXPECT_TRUE(row.is_null(i)) << i;
                            EXPECT_EQ(row.text(0), "");
                            EXPECT_EQ(row.integer(1), 0);
                            EXPECT_EQ(row.real(2), 0.0);
                            EXPECT_TRUE(row.bytes(3).empty());
                            EXPECT_EQ(row.time(4), Time{});
                            EXPECT_TRUE(row.uuid(5).is_nil());
                            return Status();
                          })
                  .ok());
  EXPECT_EQ(rows, 1);
}

TEST_P(Values, AggregatesHaveTheirTypes) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "sums", "a INT, b FLOAT, c NVARCHAR(10)");
  run(*connection, "INSERT INTO sums VALUES (1, 1.5, N'x'), (2, 2.5, N'y'), (NULL, NULL, NULL)");
  ASSERT_TRUE(connection
                  ->query("SELECT COUNT(*), SUM(a), AVG(b), MAX(c), COUNT_BIG(*), SUM(CAST(a AS "
                          "DECIMAL(20, 2))) FROM sums",
                          {},
                          [&](const Row& row) {
                            EXPECT_EQ(row.integer(0), 3);
                            EXPECT_EQ(row.integer(1), 3);
                            EXPECT_EQ(row.real(2), 2.0);
                            EXPECT_EQ(row.text(3), "y");
                            EXPECT_EQ(row.integer(4), 3);
                            EXPECT_EQ(row.real(5), 3.0);
                            return Status();
                          })
                  .ok());
}

}  // namespace
}  // namespace monitora::sql
