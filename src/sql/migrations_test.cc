#include "sql/migrations.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "sql/sqlite/sqlite.h"
#include "sql/test_directory.h"

namespace monitora::sql {
namespace {

class Migrations : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> open() {
    return std::move(*open_sqlite(directory.path() / "monitora.db", Connection::Mode::write));
  }
  static void run(Connection& connection, std::string_view script) {
    const Status status = connection.run_script(script);
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  // The first column of every row, one a line.
  static std::string text(Connection& connection, std::string_view statement) {
    std::string all;
    const Status status = connection.query(statement, {}, [&](const Row& row) {
      all += std::string(row.text(0)) + "\n";
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return all;
  }
  TestDirectory directory;
};

TEST_F(Migrations, RunOnceAndAreRecorded) {
  const auto connection = open();
  const int known = static_cast<int>(migrations(Database::sqlite).size());
  ASSERT_GT(known, 0);
  const auto before = status(*connection);
  ASSERT_TRUE(before.ok());
  EXPECT_FALSE(before->front().applied_at);
  const auto ran = apply(*connection);
  ASSERT_TRUE(ran.ok()) << ran.status().to_string();
  EXPECT_EQ(*ran, known);
  EXPECT_EQ(*apply(*connection), 0);
  const auto after = status(*connection);
  ASSERT_TRUE(after.ok());
  EXPECT_TRUE(after->back().applied_at);
  EXPECT_EQ(after->front().name, "0001_schema");
  EXPECT_TRUE(check_sqlite_integrity(*connection).ok());
}

TEST_F(Migrations, EveryObjectOfTheContractIsThere) {
  const auto connection = open();
  ASSERT_TRUE(apply(*connection).ok());
  const std::string objects = text(*connection, "SELECT name FROM sqlite_master");
  for (const char* name : {"app_users",
                           "app_sessions",
                           "profiles",
                           "workspaces",
                           "documents",
                           "document_contents",
                           "document_chunks",
                           "conversations",
                           "messages",
                           "analytics_daily",
                           "workspace_databases",
                           "insights_cache",
                           "message_topics",
                           "question_vectors",
                           "topic_runs",
                           "response_cache",
                           "workspace_members",
                           "api_keys",
                           "webhooks",
                           "webhook_deliveries",
                           "prepared_questions",
                           "widget_sites",
                           "jobs",
                           "change_log",
                           "audit_log",
                           "schema_migrations",
                           "idx_sessions_token",
                           "idx_sessions_user",
                           "idx_sessions_expires",
                           "idx_workspace_databases_workspace",
                           "idx_document_chunks_document",
                           "idx_document_chunks_workspace",
                           "idx_message_topics_workspace",
                           "idx_response_cache_workspace",
                           "idx_response_cache_hash",
                           "idx_response_cache_recent",
                           "trg_profiles_updated_at",
                           "trg_workspaces_updated_at",
                           "trg_workspace_databases_updated_at",
                           "trg_messages_increment_count",
                           "vw_user_workspaces",
                           "vw_workspace_stats",
                           "vw_low_confidence_messages"})
    EXPECT_NE(objects.find(std::string(name) + "\n"), std::string::npos) << name;
}

TEST_F(Migrations, ANewerSchemaStopsTheStart) {
  const auto connection = open();
  ASSERT_TRUE(apply(*connection).ok());
  run(*connection,
      "INSERT INTO schema_migrations (version, name, checksum) VALUES (999, '0999_future', 'x')");
  const Status refused = apply(*connection).status();
  EXPECT_EQ(refused.key(), "schema_too_new");
  EXPECT_NE(refused.sentence().en.find("0999_future"), std::string::npos);
  EXPECT_FALSE(connection->in_transaction());
}

TEST_F(Migrations, AChangedMigrationStopsTheStart) {
  const auto connection = open();
  ASSERT_TRUE(apply(*connection).ok());
  run(*connection, "UPDATE schema_migrations SET checksum = 'other' WHERE version = 1");
  EXPECT_EQ(apply(*connection).status().key(), "schema_changed");
  EXPECT_EQ(status(*connection).status().key(), "schema_changed");
}

TEST_F(Migrations, AFailedOneLeavesNothingBehind) {
  const auto connection = open();
  run(*connection, "CREATE TABLE messages (a INT)");  // in the way of the schema
  EXPECT_FALSE(apply(*connection).ok());
  EXPECT_FALSE(connection->in_transaction());
  EXPECT_EQ(text(*connection, "SELECT name FROM sqlite_master"), "messages\n");
}

TEST_F(Migrations, ManyNodesStartingAtOnceMigrateOnce) {
  std::atomic<int> ran = 0;
  {
    std::vector<std::jthread> nodes;
    for (int i = 0; i < 4; ++i)
      nodes.emplace_back([&] {
        const auto connection = open();
        const auto applied = apply(*connection);
        ASSERT_TRUE(applied.ok()) << applied.status().to_string();
        ran += *applied;
      });
  }
  EXPECT_EQ(ran, static_cast<int>(migrations(Database::sqlite).size()));
}

TEST_F(Migrations, WhatIsPrintedIsTheSameSchema) {
  const auto by_hand = open();
  run(*by_hand, print(Database::sqlite));
  EXPECT_EQ(*apply(*by_hand), 0);
}

// The triggers of the contract.
class Triggers : public Migrations {
 protected:
  void SetUp() override {
    connection = open();
    ASSERT_TRUE(apply(*connection).ok());
    run(*connection, R"(
      INSERT INTO app_users (id, email, password_hash, password_salt) VALUES
        ('00000000-0000-4000-8000-000000000001', 'a@b.fr', 'h', '');
      INSERT INTO profiles (id, updated_at) VALUES ('00000000-0000-4000-8000-000000000001', '2000-01-01T00:00:00.000000Z');
      INSERT INTO workspaces (id, user_id, name, updated_at) VALUES
        ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', 'w', '2000-01-01T00:00:00.000000Z');
      INSERT INTO workspace_databases (workspace_id, db_host, db_name, db_user, db_password_encrypted, updated_at) VALUES
        ('00000000-0000-4000-8000-000000000002', 'h', 'n', 'u', 'p', '2000-01-01T00:00:00.000000Z');
      INSERT INTO conversations (id, workspace_id) VALUES
        ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-000000000002'),
        ('00000000-0000-4000-8000-00000000000b', '00000000-0000-4000-8000-000000000002');)");
  }
  std::string counts() {
    return text(*connection,
                "SELECT messages_count || ' ' || coalesce(substr(last_message_at, 1, 10), '-') "
                "FROM conversations ORDER BY id");
  }
  std::unique_ptr<Connection> connection;
};

TEST_F(Triggers, SetUpdatedAtUnlessTheUpdateDoes) {
  run(*connection, "PRAGMA recursive_triggers = ON");  // would show one that fires itself
  const std::pair<const char*, const char*> tables[] = {
      {"profiles", "full_name"}, {"workspaces", "description"}, {"workspace_databases", "db_host"}};
  for (const auto& [table, column] : tables) {
    const std::string updated_at = std::string("SELECT updated_at FROM ") + table;
    EXPECT_EQ(text(*connection, updated_at), "2000-01-01T00:00:00.000000Z\n");
    run(*connection, std::string("UPDATE ") + table + " SET " + column + " = 'x'");
    const std::string now = text(*connection, updated_at);
    EXPECT_GT(now, "2026-01-01") << table;
    EXPECT_TRUE(parse_time(std::string_view(now).substr(0, now.size() - 1))) << now;
    run(*connection, std::string("UPDATE ") + table + " SET " + column +
                         " = 'y', updated_at = '2030-01-01T00:00:00.000000Z'");
    EXPECT_EQ(text(*connection, updated_at), "2030-01-01T00:00:00.000000Z\n");
  }
}

TEST_F(Triggers, CountMessagesOfManyRowInsertsAndDeletes) {
  run(*connection, R"(INSERT INTO messages (conversation_id, role, content, created_at) VALUES
      ('00000000-0000-4000-8000-00000000000a', 'user', '1', '2026-01-02T00:00:00.000000Z'),
      ('00000000-0000-4000-8000-00000000000a', 'assistant', '2', '2026-01-04T00:00:00.000000Z'),
      ('00000000-0000-4000-8000-00000000000b', 'user', '3', '2026-01-03T00:00:00.000000Z'),
      ('00000000-0000-4000-8000-00000000000a', 'user', '4', '2026-01-01T00:00:00.000000Z'))");
  EXPECT_EQ(counts(), "3 2026-01-04\n1 2026-01-03\n");
  run(*connection, "DELETE FROM messages WHERE content IN ('2', '3')");
  EXPECT_EQ(counts(), "2 2026-01-02\n0 -\n");
  run(*connection, "DELETE FROM messages");
  EXPECT_EQ(counts(), "0 -\n0 -\n");
}

TEST_F(Triggers, TheAuditLogOnlyGrows) {
  run(*connection, "INSERT INTO audit_log (actor, action) VALUES ('system', 'x')");
  EXPECT_FALSE(connection->execute("UPDATE audit_log SET action = 'y'", {}).ok());
  EXPECT_FALSE(connection->execute("DELETE FROM audit_log", {}).ok());
}

TEST_F(Triggers, DefaultIdsAreUuids) {
  run(*connection, "INSERT INTO documents (workspace_id, filename) SELECT id, 'f' FROM workspaces");
  std::string id = text(*connection, "SELECT id FROM documents");
  id.pop_back();
  const auto parsed = Uuid::parse(id);
  ASSERT_TRUE(parsed) << id;
  EXPECT_EQ(parsed->to_string(), id);
  EXPECT_EQ(id[14], '4');
  EXPECT_EQ(connection->execute("UPDATE documents SET id = upper(id)", {}).status().key(),
            "check_violation");
}

TEST_F(Triggers, ViewsLeaveTheConsolesTriesOut) {
  run(*connection, R"(
      UPDATE conversations SET channel = 'test' WHERE id LIKE '%b';
      INSERT INTO messages (conversation_id, role, content, rag_score, created_at)
        SELECT id, 'user', 'pourquoi ?', NULL, '2026-01-01T00:00:00.000000Z' FROM conversations;
      INSERT INTO messages (conversation_id, role, content, rag_score, created_at)
        SELECT id, 'assistant', 'parce que', 0.2, '2026-01-01T00:00:01.000000Z' FROM conversations;)");
  EXPECT_EQ(text(*connection, "SELECT question || ' ' || answer FROM vw_low_confidence_messages"),
            "pourquoi ? parce que\n");
  EXPECT_EQ(text(*connection,
                 "SELECT conversations_count || ' ' || messages_count FROM vw_workspace_stats"),
            "1 2\n");
  EXPECT_EQ(text(*connection, "SELECT role FROM vw_user_workspaces"), "admin\n");
}

}  // namespace
}  // namespace monitora::sql
