// Against a real server with wal_level = logical.
#include "transfer/source_changes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transfer/test_sample.h"

namespace monitora::transfer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A server of its own: a slot waits for every transaction of the whole server.
std::string server() {
  const char* directory = std::getenv("MONITORA_TEST_LOGICAL_DIR");
  std::string uri;
  if (directory != nullptr)
    std::getline(std::ifstream(std::string(directory) + "/uri") >> std::ws, uri);
  return uri;
}

constexpr const char* kSchema = R"(
CREATE TABLE profiles (id uuid PRIMARY KEY, email text);
CREATE TABLE workspaces (id uuid PRIMARY KEY, user_id uuid, name text, api_key text);
CREATE TABLE documents (id uuid PRIMARY KEY, workspace_id uuid, filename text, status text);
CREATE TABLE document_chunks (id uuid PRIMARY KEY, document_id uuid, workspace_id uuid NOT NULL,
    content text, chunk_index integer NOT NULL);
CREATE TABLE conversations (id uuid PRIMARY KEY, workspace_id uuid, started_at timestamptz,
    messages_count integer);
CREATE TABLE messages (id uuid PRIMARY KEY, conversation_id uuid, role text, content text,
    feedback integer);
ALTER TABLE messages ALTER content SET STORAGE EXTERNAL;
INSERT INTO messages SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, NULL,
    'user', repeat('x', 5000) FROM generate_series(1, 9) n;
)";

Uuid id(int n) {
  return *Uuid::parse(fmt::format("00000000-0000-4000-8000-{:012}", n));
}

class Changes : public ::testing::Test {
 protected:
  void SetUp() override {
    if (server().empty()) GTEST_SKIP() << "no server with wal_level = logical: run this by ctest";
    static int made = 0;
    name_ = fmt::format("monitora_changes_{}_{}", ::getpid(), ++made);
    run_on(at("postgres"), "CREATE DATABASE " + name_);
    run(kSchema);
  }
  void TearDown() override {
    changes_.reset();
    if (!name_.empty()) run_on(at("postgres"), "DROP DATABASE " + name_ + " WITH (FORCE)");
  }

  static sql::PostgresOptions at(const std::string& database) {
    sql::PostgresOptions options;
    options.uri = sql::with_database(server(), database);
    return options;
  }
  void run(const std::string& script) const { run_on(at(name_), script); }
  std::string value(const std::string& statement) const {
    std::string text;
    auto connection = sql::open_postgres(at(name_), sql::Connection::Mode::write);
    const Status status = (*connection)->query(statement, {}, [&](const sql::Row& row) {
      text = row.text(0);
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return text;
  }
  PostgresSourceOptions options(const std::string& user = "") const {
    PostgresSourceOptions options{at(name_).uri, "", "public"};
    options.counts = false;
    if (!user.empty()) options.uri.replace(options.uri.find("user=") + 5, 8, user);
    return options;
  }
  std::unique_ptr<PostgresSource> source() const {
    auto opened = PostgresSource::open(options());
    EXPECT_TRUE(opened.ok()) << opened.status().to_string();
    return std::move(*opened);
  }
  void follow() {
    auto opened = SourceChanges::open(options(), *source());
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    changes_ = std::move(*opened);
  }
  SourceChanges::Changes read() const {
    auto changes = changes_->read(*source());
    EXPECT_TRUE(changes.ok()) << changes.status().to_string();
    return changes.ok() ? *changes : SourceChanges::Changes();
  }
  TableChanges of(const SourceChanges::Changes& changes, std::string_view table) const {
    const auto opened = source();
    const auto& tables = opened->plan().tables;
    for (std::size_t i = 0; i < tables.size(); ++i)
      if (tables[i].target->name == table) return changes.tables[i];
    ADD_FAILURE() << table;
    return {};
  }
  std::vector<Uuid> messages() const { return of(read(), "messages").keys; }

  std::string name_;
  std::unique_ptr<SourceChanges> changes_;
};

TEST_F(Changes, EveryKindOfChangeIsToldOnceItIsStored) {
  follow();
  EXPECT_THAT(changes_->followed(), HasSubstr("messages"));
  EXPECT_THAT(changes_->compared(), HasSubstr("app_users"));  // of more than one table
  EXPECT_THAT(messages(), IsEmpty());
  run("UPDATE messages SET feedback = 1 WHERE id = '" + id(1).to_string() +  // its text is not sent
      "'; DELETE FROM messages WHERE id = '" + id(2).to_string() + "'; UPDATE messages SET id = '" +
      id(13).to_string() + "' WHERE id = '" + id(3).to_string() +
      "'; INSERT INTO messages (id) VALUES ('" + id(10).to_string() + "')");
  const auto all = ElementsAre(id(1), id(2), id(3), id(10), id(13));
  EXPECT_THAT(messages(), all);
  EXPECT_THAT(messages(), all);  // nobody has stored it
  ASSERT_TRUE(changes_->advance().ok());
  EXPECT_THAT(messages(), IsEmpty());
  EXPECT_TRUE(read().complete);
  run("TRUNCATE messages");
  EXPECT_TRUE(of(read(), "messages").all);
  EXPECT_FALSE(of(read(), "workspaces").all);
  EXPECT_TRUE(of(read(), "app_users").all);
}

// A snapshot that is older than the log's end.
TEST_F(Changes, WhatASnapshotDoesNotSeeIsToldAgain) {
  follow();
  run("DELETE FROM messages WHERE id = '" + id(1).to_string() + "'");
  const auto before = source();
  run("DELETE FROM messages WHERE id = '" + id(2).to_string() + "'");
  const auto early = changes_->read(*before);
  ASSERT_TRUE(early.ok());
  EXPECT_FALSE(early->complete);
  EXPECT_THAT(of(*early, "messages").keys, ElementsAre(id(1)));
  ASSERT_TRUE(changes_->advance().ok());
  const SourceChanges::Changes late = read();
  EXPECT_TRUE(late.complete);
  EXPECT_THAT(of(late, "messages").keys, ElementsAre(id(2)));
}

TEST_F(Changes, ATransactionThatIsRolledBackIsNone) {
  follow();
  run("BEGIN; DELETE FROM messages; ROLLBACK");
  EXPECT_THAT(messages(), IsEmpty());
}

// Published, it would take no UPDATE any more.
TEST_F(Changes, ATableWithoutReplicaIdentityIsComparedAndStaysWritable) {
  run("ALTER TABLE messages REPLICA IDENTITY NOTHING; ALTER TABLE documents REPLICA IDENTITY FULL");
  follow();
  EXPECT_THAT(changes_->compared(), HasSubstr("messages"));
  EXPECT_THAT(changes_->followed(), HasSubstr("documents"));
  run("UPDATE messages SET feedback = 1; INSERT INTO documents (id) VALUES ('" + id(1).to_string() +
      "'); UPDATE documents SET filename = 'a'");
  const SourceChanges::Changes changes = read();
  EXPECT_TRUE(of(changes, "messages").all);
  EXPECT_THAT(of(changes, "documents").keys, ElementsAre(id(1)));
}

TEST_F(Changes, AChangedSchemaIsSaid) {
  follow();
  run("ALTER TABLE messages RENAME content TO body");
  EXPECT_EQ(changes_->read(*source()).status().key(), "changes_unavailable");
}

TEST_F(Changes, NothingIsLeftBehind) {
  run("CREATE PUBLICATION monitora_sync_1 FOR TABLE messages");  // of a program that was killed
  follow();
  EXPECT_EQ(value("SELECT count(*)::text FROM pg_publication"), "1");
  EXPECT_EQ(value("SELECT temporary::text FROM pg_replication_slots"), "true");
  changes_.reset();
  EXPECT_EQ(value("SELECT count(*)::text FROM pg_publication"), "0");
  while (value("SELECT count(*)::text FROM pg_replication_slots") != "0") continue;
}

TEST_F(Changes, ARoleThatMayNotIsToldWhy) {
  const std::string role = name_ + "_role";
  run("CREATE ROLE " + role + " LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role);
  const auto refused = [&] {
    const auto opened = SourceChanges::open(options(role), *source());
    EXPECT_EQ(opened.status().key(), "changes_unavailable");
    return opened.status().sentence().en;
  };
  EXPECT_THAT(refused(), HasSubstr("owns no table"));
  run("ALTER TABLE messages OWNER TO " + role);
  EXPECT_THAT(refused(), HasSubstr("GRANT CREATE ON DATABASE"));
  run("GRANT CREATE ON DATABASE " + name_ + " TO " + role);
  EXPECT_THAT(refused(), HasSubstr("ALTER ROLE"));
  EXPECT_EQ(value("SELECT count(*)::text FROM pg_publication"), "0");
  run("ALTER ROLE " + role + " REPLICATION");
  {
    const auto opened = SourceChanges::open(options(role), *source());
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    EXPECT_EQ((*opened)->followed(), "messages");
  }
  run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST(ChangesOfAnotherServer, AreNotToRead) {
  const SampleSource sample("2025");
  const auto opened = SourceChanges::open(sample.options(), *sample.open());
  EXPECT_EQ(opened.status().key(), "changes_unavailable");
  EXPECT_THAT(opened.status().sentence().en, HasSubstr("wal_level"));
}

}  // namespace
}  // namespace monitora::transfer
