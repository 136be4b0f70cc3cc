// What every driver does with a large value.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string_view>

#include "sql/connection.h"

namespace monitora::sql {

// `open` connects to a database with an empty table `parts`, of a text key `id` and bytes
// `content`. A driver may have to give a connection up whose blob was not of the announced size.
inline void blobs_go_through_in_parts(const std::function<std::unique_ptr<Connection>()>& open) {
  auto connection = open();
  ASSERT_TRUE(connection);
  Bytes content(1'000'003);
  for (std::size_t i = 0; i < content.size(); ++i)
    content[i] = static_cast<std::uint8_t>(i * 7 / 3);
  const auto write = [&](std::string_view id, std::size_t announced) -> Status {
    std::size_t at = 0;
    if (connection->is_broken()) connection = open();
    MONITORA_TRY(connection->begin(Connection::Mode::write));
    const Param key = p(id);
    const std::string_view columns[] = {"id"};
    const Status status = connection->insert_blob(
        "parts", columns, Params(&key, 1), "content", static_cast<std::int64_t>(announced),
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
  const Status written = write("a", content.size());
  ASSERT_TRUE(written.ok()) << written.to_string();
  EXPECT_EQ(write("b", content.size() - 1).code(), Code::internal);
  EXPECT_EQ(write("c", content.size() + 1).code(), Code::internal);
  EXPECT_EQ(write("a", content.size()).key(), "unique_violation");
  std::int64_t rows = 0;
  ASSERT_TRUE(connection
                  ->query("SELECT COUNT(*) FROM parts", {},
                          [&](const Row& row) {
                            rows = row.integer(0);
                            return Status();
                          })
                  .ok());
  EXPECT_EQ(rows, 1);

  Bytes read;
  ASSERT_TRUE(connection
                  ->read_blob("parts", "content", "id", p("a"),
                              [&](BytesView part) {
                                EXPECT_LE(part.size(), 256u * 1024);
                                read.insert(read.end(), part.begin(), part.end());
                                return Status();
                              })
                  .ok());
  EXPECT_EQ(read, content);
  const auto nothing = [](BytesView) { return Status(); };
  EXPECT_EQ(connection->read_blob("parts", "content", "id", p("x"), nothing).key(),
            "row_not_found");
  EXPECT_FALSE(connection->in_transaction());
  content.clear();
  ASSERT_TRUE(write("empty", 0).ok());
  EXPECT_TRUE(connection->read_blob("parts", "content", "id", p("empty"), nothing).ok());
}

}  // namespace monitora::sql
