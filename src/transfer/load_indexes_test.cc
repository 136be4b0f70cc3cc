#include "transfer/load_indexes.h"

#include <gtest/gtest.h>

#include <set>

#include "transfer/load.h"
#include "transfer/test_source.h"
#include "transfer/test_target.h"

namespace monitora::transfer {
namespace {

using sql::Connection;

constexpr char kOwn[] = "CREATE INDEX idx_of_the_dba ON messages (role)";

class LoadIndexes : public ::testing::Test {
 protected:
  LoadIndexes() : before_(indexes()) {
    TestRows rows(7);
    for (int i = 0; i < 6; ++i) rows.user(data_);
  }

  std::set<std::string> indexes() {
    std::set<std::string> found;
    const Status status = pool().with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_master WHERE type <> 'table'", {},
          [&](const sql::Row& row) {
            found.emplace(row.text(0));
            return Status();
          });
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return found;
  }
  void write(const std::function<Status(Connection&)>& work) {
    const Status status = pool().with(Connection::Mode::write, work);
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  // What the table messages was loaded with.
  std::set<std::string> load_all(Source& source) {
    std::set<std::string> meanwhile;
    LoadOptions options;
    options.range_bytes = 4000;
    options.progress = [&](const LoadProgress& progress) {
      if (progress.table == "messages" && progress.rows < progress.total) meanwhile = indexes();
    };
    const auto result = load(source, pool(), options);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    return meanwhile;
  }
  sql::Pool& pool() { return target_.pool(); }

  SqliteTarget target_;
  const std::set<std::string> before_;
  TestData data_;
};

bool has(const std::set<std::string>& indexes, const std::string& name) {
  return indexes.lower_bound(name + ":") != indexes.lower_bound(name + ";");
}

TEST_F(LoadIndexes, AreMadeWhenTheTableIsComplete) {
  TestSource source(data_);
  const std::set<std::string> meanwhile = load_all(source);
  ASSERT_TRUE(has(before_, "idx_messages_conversation"));
  EXPECT_FALSE(has(meanwhile, "idx_messages_conversation"));
  ASSERT_TRUE(has(before_, "trg_messages_increment_count"));
  EXPECT_FALSE(has(meanwhile, "trg_messages_increment_count"));
  EXPECT_TRUE(has(meanwhile, "trg_messages_decrement_count"));
  EXPECT_TRUE(has(meanwhile, "idx_conversations_latest")) << "that table is complete";
  EXPECT_TRUE(has(meanwhile, "trg_conversations_search"));
  EXPECT_EQ(indexes(), before_);
  const auto found = difference(pool(), data_);
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_EQ(*found, "");
}

TEST_F(LoadIndexes, AreNotDroppedUnderRows) {
  TestSource first(data_);
  (void)load_all(first);
  TestRows rows(7);
  rows.live(data_, 40);
  TestSource later(data_);
  (void)load_all(later);
  EXPECT_EQ(indexes(), before_);
}

// As an attempt that was killed leaves them.
TEST_F(LoadIndexes, ThatSomebodyDroppedAreMade) {
  write([](Connection& connection) -> Status {
    for (const std::string_view table : {"documents", "document_chunks", "workspaces"})
      MONITORA_TRY(drop_indexes(connection, table));
    return {};
  });
  EXPECT_NE(indexes(), before_);
  TestSource source(data_);
  (void)load_all(source);
  EXPECT_EQ(indexes(), before_);
}

TEST_F(LoadIndexes, AreOnlyTheSchemasAndNoRules) {
  write([](Connection& connection) { return connection.run_script(kOwn); });
  const std::set<std::string> with_own = indexes();
  write([](Connection& connection) -> Status {
    MONITORA_TRY(connection.run_script("DROP INDEX idx_messages_conversation"));
    MONITORA_TRY(connection.run_script(
        "CREATE INDEX idx_messages_conversation ON messages (conversation_id)"));
    MONITORA_TRY(drop_indexes(connection, "messages"));
    return drop_indexes(connection, "workspaces");
  });
  const std::set<std::string> left = indexes();
  EXPECT_TRUE(has(left, "idx_of_the_dba"));
  EXPECT_TRUE(has(left, "idx_messages_conversation")) << "not as the schema has it";
  for (const std::string& index : with_own)
    if (index.find("CREATE UNIQUE INDEX") != std::string::npos) EXPECT_TRUE(left.contains(index));
}

}  // namespace
}  // namespace monitora::transfer
