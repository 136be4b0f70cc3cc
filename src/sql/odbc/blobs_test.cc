// Large values by parts, and many rows, through a real server.
#include <cstring>

#include "base/crypto.h"
#include "sql/odbc/server_fixture.h"
#include "sql/test_blobs.h"

namespace monitora::sql {
namespace {

class Blobs : public OnSqlServer {
 protected:
  // Byte `i` of every blob here.
  static std::uint8_t at(std::int64_t i) {
    return static_cast<std::uint8_t>((i * 2654435761) >> 9);
  }

  static Status store(Connection& connection, const Uuid& id, std::int64_t size,
                      std::int64_t announced) {
    std::int64_t done = 0;
    const std::string_view columns[] = {"id", "name"};
    const Param values[] = {p(id), p("é")};
    return connection.insert_blob("blobs", columns, values, "content", announced,
                                  [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
                                    const auto count = std::min<std::int64_t>(
                                        static_cast<std::int64_t>(buffer.size()), size - done);
                                    for (std::int64_t i = 0; i < count; ++i)
                                      buffer[static_cast<std::size_t>(i)] = at(done + i);
                                    done += count;
                                    return static_cast<std::size_t>(count);
                                  });
  }
};
MONITORA_ON_SQLSERVER(Blobs);

TEST_P(Blobs, GoInAndOutByParts) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "blobs",
             "id UNIQUEIDENTIFIER PRIMARY KEY, name NVARCHAR(20), content VARBINARY(MAX) NOT NULL");
  for (const std::int64_t size : {0, 1, 8000, 262'143, 262'144, 262'145, 20'000'000}) {
    const Uuid id = Uuid::random();
    ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
    const Status stored = store(*connection, id, size, size);
    ASSERT_TRUE(stored.ok()) << size << ": " << stored.to_string();
    ASSERT_TRUE(connection->commit().ok());
    EXPECT_EQ(number(*connection, "SELECT DATALENGTH(content) FROM blobs WHERE id = ?", {p(id)}),
              size);
    std::int64_t read = 0;
    bool same = true;
    std::size_t largest = 0;
    const Status status =
        connection->read_blob("blobs", "content", "id", p(id), [&](BytesView part) {
          largest = std::max(largest, part.size());
          for (const std::uint8_t byte : part) same = byte == at(read++) && same;
          return Status();
        });
    ASSERT_TRUE(status.ok()) << status.to_string();
    EXPECT_EQ(read, size);
    EXPECT_TRUE(same) << size;
    EXPECT_LE(largest, 256U * 1024);
  }
}

TEST_P(Blobs, GoThroughInParts) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "parts", "id NVARCHAR(20) PRIMARY KEY, content VARBINARY(MAX) NOT NULL");
  blobs_go_through_in_parts([&] { return open(); });
}

TEST_P(Blobs, OneOfAnotherSizeThanAnnouncedIsNotStored) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "blobs",
             "id UNIQUEIDENTIFIER PRIMARY KEY, name NVARCHAR(20), content VARBINARY(MAX) NOT NULL");
  for (const std::int64_t size : {500'000, 700'000}) {
    ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
    EXPECT_EQ(store(*connection, Uuid::random(), size, 600'000).code(), Code::internal);
    EXPECT_FALSE(connection->commit().ok());
    connection->rollback();
    const auto after = open();  // a driver may have had to give the first one up
    ASSERT_TRUE(after);
    EXPECT_EQ(number(*after, "SELECT COUNT(*) FROM blobs"), 0);
    if (connection->is_broken()) break;
  }
}

TEST_P(Blobs, AnErrorOfTheReaderEndsTheReading) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "blobs",
             "id UNIQUEIDENTIFIER PRIMARY KEY, name NVARCHAR(20), content VARBINARY(MAX) NOT NULL");
  const Uuid id = Uuid::random();
  ASSERT_TRUE(store(*connection, id, 3'000'000, 3'000'000).ok());
  EXPECT_EQ(connection
                ->read_blob("blobs", "content", "id", p(id),
                            [](BytesView) { return Status::not_found("enough"); })
                .key(),
            "enough");
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM blobs"), 1);
}

TEST_P(Blobs, ManyRowsOfEveryKind) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "many",
             "id UNIQUEIDENTIFIER PRIMARY KEY, n BIGINT, r FLOAT, b BIT, t NVARCHAR(MAX), v "
             "VARBINARY(MAX), at DATETIMEOFFSET(7), never DATETIMEOFFSET(7)");
  constexpr int kRows = 1237;
  const auto text_of = [](int i) {
    if (i % 10 == 3) return std::string();
    std::string text = "ligne " + std::to_string(i) + " é\xF0\x9F\x98\x80\"\\\t\r\n'";
    if (i % 300 == 7) text.append(5000, 'x');
    return text;
  };
  const auto bytes_of = [](int i) { return Bytes(static_cast<std::size_t>(i % 7 * 300), 200); };
  const auto time_of = [](int i) {
    return *parse_time(i % 400 == 5 ? "0001-01-02T03:04:05.000006Z"
                                    : "2026-11-22T20:55:48.123456Z") +
           Micros(i);
  };
  const std::string_view columns[] = {"id", "n", "r", "b", "t", "v", "at", "never"};
  std::vector<Uuid> ids;
  std::string text;
  Bytes bytes;
  ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
  const auto count =
      connection->insert_many("many", columns, [&](std::span<Param> row) -> Result<bool> {
        const int i = static_cast<int>(ids.size());
        if (i == kRows) return false;
        ids.push_back(Uuid::random());
        text = text_of(i);
        bytes = bytes_of(i);
        row[0] = p(ids.back());
        row[1] = i % 5 == 0 ? p(nullptr) : p(i - 600);
        row[2] = p(i == 9 ? -0.0 : i / 7.0);
        row[3] = p(i % 2 == 0);
        row[4] = i % 11 == 0 ? p(nullptr) : p(text);
        row[5] = i % 13 == 0 ? p(nullptr) : p(BytesView(bytes));
        row[6] = p(time_of(i));
        row[7] = p(nullptr);
        return true;
      });
  ASSERT_TRUE(count.ok()) << count.status().to_string();
  EXPECT_EQ(*count, kRows);
  ASSERT_TRUE(connection->commit().ok());
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM many"), kRows);
  for (int i = 0; i < kRows; i += 31) {
    const Status read =
        connection->query("SELECT n, r, b, t, v, at, never FROM many WHERE id = ?",
                          {p(ids[static_cast<std::size_t>(i)])}, [&](const Row& row) {
                            EXPECT_EQ(row.is_null(0), i % 5 == 0);
                            if (i % 5 != 0) EXPECT_EQ(row.integer(0), i - 600);
                            EXPECT_EQ(row.real(1), i / 7.0);
                            EXPECT_EQ(row.boolean(2), i % 2 == 0);
                            EXPECT_EQ(row.is_null(3), i % 11 == 0);
                            if (i % 11 != 0) EXPECT_EQ(row.text(3), text_of(i));
                            EXPECT_EQ(row.is_null(4), i % 13 == 0);
                            if (i % 13 != 0) EXPECT_EQ(hex(row.bytes(4)), hex(bytes_of(i)));
                            EXPECT_EQ(format_time(row.time(5)), format_time(time_of(i)));
                            EXPECT_TRUE(row.is_null(6));
                            return Status();
                          });
    ASSERT_TRUE(read.ok()) << read.to_string();
  }
}

// What all rows have in common is sent once.
TEST_P(Blobs, ManyRowsThatDifferInLittle) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "alike",
             "t NVARCHAR(MAX), v VARBINARY(MAX), r FLOAT, n BIGINT, b BIT, id UNIQUEIDENTIFIER, at "
             "DATETIMEOFFSET(7), early DATETIMEOFFSET(7), never NVARCHAR(20), odd FLOAT");
  const std::string long_text = std::string(6000, 'x') + "\xF0\x9F\x98\x80";
  const Bytes bytes(9000, 7);
  const Uuid id = Uuid::random();
  const Time at = *parse_time("2026-11-22T20:55:48.123456Z");
  const Time early = *parse_time("0001-01-02T03:04:05.000006Z");
  const std::string_view columns[] = {"t", "v", "r", "n", "b", "id", "at", "early", "never", "odd"};
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr int kRows = 123;
  for (const bool one_differs : {false, true}) {
    int i = 0;
    ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
    const auto count =
        connection->insert_many("alike", columns, [&](std::span<Param> row) -> Result<bool> {
          const Param values[] = {p(long_text), p(BytesView(bytes)),
                                  p(-0.0),      p(kLeast),
                                  p(true),      p(id),
                                  p(at),        p(early),
                                  p(nullptr),   p(one_differs && i == 40 ? -0.0 : 0.0)};
          std::copy(std::begin(values), std::end(values), row.begin());
          return i++ < kRows;
        });
    ASSERT_TRUE(count.ok()) << count.status().to_string();
    EXPECT_EQ(*count, kRows);
    ASSERT_TRUE(connection->commit().ok());
  }
  int rows = 0, negative = 0;
  const Status read = connection->query(
      "SELECT t, v, r, n, b, id, at, early, never, odd FROM alike", {}, [&](const Row& row) {
        ++rows;
        EXPECT_EQ(row.text(0), long_text);
        EXPECT_EQ(hex(row.bytes(1)), hex(bytes));
        EXPECT_TRUE(std::signbit(row.real(2)));
        EXPECT_EQ(row.integer(3), kLeast);
        EXPECT_TRUE(row.boolean(4));
        EXPECT_EQ(row.uuid(5), id);
        EXPECT_EQ(row.time(6), at);
        EXPECT_EQ(row.time(7), early);
        EXPECT_TRUE(row.is_null(8));
        negative += std::signbit(row.real(9)) ? 1 : 0;
        return Status();
      });
  ASSERT_TRUE(read.ok()) << read.to_string();
  EXPECT_EQ(rows, 2 * kRows);
  EXPECT_EQ(negative, 1);
}

TEST_P(Blobs, ManyRowsOfWhichOneIsRefusedAreNone) {
  const auto connection = open();
  ASSERT_TRUE(connection);
  make_table(*connection, "many", "n BIGINT PRIMARY KEY, t NVARCHAR(20) NOT NULL");
  const std::string_view columns[] = {"n", "t"};
  int i = 0;
  ASSERT_TRUE(connection->begin(Connection::Mode::write).ok());
  const auto count =
      connection->insert_many("many", columns, [&](std::span<Param> row) -> Result<bool> {
        row[0] = p(i == 700 ? 3 : i);
        row[1] = p("x");
        return i++ < 1000;
      });
  EXPECT_EQ(count.status().key(), "unique_violation");
  EXPECT_FALSE(connection->commit().ok());
  connection->rollback();
  EXPECT_EQ(number(*connection, "SELECT COUNT(*) FROM many"), 0);
}

}  // namespace
}  // namespace monitora::sql
