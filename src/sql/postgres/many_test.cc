// Many rows, and large values by parts, on PostgreSQL.
#include "sql/postgres/fixture.h"

namespace monitora::sql {
namespace {

using Mode = Connection::Mode;

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

}  // namespace
}  // namespace monitora::sql
