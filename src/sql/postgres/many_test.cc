// Many rows, and large values by parts, on PostgreSQL.
#include "sql/postgres/fixture.h"
#include "sql/test_blobs.h"

namespace monitora::sql {
namespace {

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
  run(*connection, "CREATE TABLE parts (id text PRIMARY KEY, content bytea NOT NULL)");
  blobs_go_through_in_parts([&] { return open(); });
}

}  // namespace
}  // namespace monitora::sql
