// db/migrations/postgres, on a fresh database and on one that Supabase's programs have made.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "sql/migrations.h"
#include "sql/postgres/pgvector.h"
#include "sql/postgres/postgres.h"
#include "sql/test_postgres.h"

namespace monitora::sql {
namespace {

class PostgresSchema : public ::testing::Test {
 protected:
  void SetUp() override {
    if (test_postgres_uri().empty()) GTEST_SKIP() << "no PostgreSQL server: run this by ctest";
    database = std::make_unique<TestPostgres>();
    connection = open();
  }
  std::unique_ptr<Connection> open() {
    auto made = open_postgres(database->options(), Connection::Mode::write);
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return std::move(*made);
  }
  void run(std::string_view script) {
    const Status status = connection->run_script(script);
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  void migrate(int expected) {
    const auto ran = apply(*connection);
    ASSERT_TRUE(ran.ok()) << ran.status().to_string();
    EXPECT_EQ(*ran, expected);
  }
  // The columns of every row, parted by "|", one row a line.
  std::string rows(std::string_view statement, int columns = 1) {
    std::string all;
    const Status status = connection->query(statement, {}, [&](const Row& row) {
      for (int i = 0; i < columns; ++i) all += (i > 0 ? "|" : "") + std::string(row.text(i));
      all += "\n";
      return Status();
    });
    return status.ok() ? all : status.to_string();
  }
  static int known() { return static_cast<int>(migrations(Database::postgres).size()); }

  std::unique_ptr<TestPostgres> database;
  std::unique_ptr<Connection> connection;
};

TEST_F(PostgresSchema, IsMadeOnceByWhoeverComesFirst) {
  std::atomic<int> ran = 0;
  {
    std::vector<std::jthread> nodes;
    for (int i = 0; i < 4; ++i)
      nodes.emplace_back([&] {
        const auto applied = apply(*open());
        ASSERT_TRUE(applied.ok()) << applied.status().to_string();
        ran += *applied;
      });
  }
  EXPECT_EQ(ran, known());
  migrate(0);
}

TEST_F(PostgresSchema, AnotherSchemasRecordIsNotOurs) {
  run("CREATE SCHEMA other; CREATE TABLE other.schema_migrations (version integer)");
  migrate(known());
}

TEST_F(PostgresSchema, PrintedItRunsByHandAndTwice) {
  run(print(Database::postgres));
  run(print(Database::postgres));
  migrate(0);
}

TEST_F(PostgresSchema, ObjectsOfTheContractAreThereByTheirNames) {
  migrate(known());
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
                           "search_texts",
                           "search_pending",
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
                           "vw_user_workspaces",
                           "vw_workspace_stats",
                           "vw_low_confidence_messages"})
    EXPECT_EQ(rows(std::string("SELECT to_regclass('") + name + "') IS NOT NULL"), "1\n") << name;
  EXPECT_EQ(rows("SELECT COUNT(*) FROM pg_trigger WHERE tgname IN ('trg_profiles_updated_at', "
                 "'trg_workspaces_updated_at', 'trg_workspace_databases_updated_at', "
                 "'trg_messages_increment_count')"),
            "4\n");
  EXPECT_EQ(rows("SELECT COUNT(*) FROM pg_constraint WHERE conname IN ('chk_user_role', "
                 "'chk_messages_rag_score', 'chk_messages_feedback', 'chk_db_type', "
                 "'uq_workspace_topic', 'fk_chunks_workspace') AND convalidated"),
            "6\n");
}

// What is searched is folded by the database, what is searched for by the program.
TEST_F(PostgresSchema, FoldsEveryCharacterAsTheProgramDoes) {
  migrate(known());
  std::vector<std::string> characters;
  for (char32_t c = 1; c <= 0x2FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    if (c >= 0x1E030 && c <= 0x1E06D) continue;  // of Unicode 15; PostgreSQL 15 decomposes by 14
    std::string text;
    append_utf8(text, c);
    characters.push_back(std::move(text));
  }
  run("CREATE TABLE c (i integer, t text)");
  const std::string_view columns[] = {"i", "t"};
  int next = 0;
  ASSERT_TRUE(connection
                  ->insert_many("c", columns,
                                [&](std::span<Param> row) -> Result<bool> {
                                  if (next == static_cast<int>(characters.size())) return false;
                                  row[0] = p(next);
                                  row[1] = p(characters[static_cast<std::size_t>(next++)]);
                                  return true;
                                })
                  .ok());
  std::string different;
  ASSERT_TRUE(connection
                  ->query("SELECT i, monitora_fold(t), monitora_fold('a' || t || 'Z') FROM c", {},
                          [&](const Row& row) {
                            const std::string& c =
                                characters[static_cast<std::size_t>(row.integer(0))];
                            if (row.text(1) != fold_accents(c) ||
                                row.text(2) != fold_accents("a" + c + "Z"))
                              different += c + " ";
                            return Status();
                          })
                  .ok());
  EXPECT_EQ(different, "");
  EXPECT_EQ(rows("SELECT monitora_fold('Élève DÉÇU, ΟΔΟΣ')"), "eleve decu, οδοσ\n");
  EXPECT_EQ(rows("SELECT monitora_fold(NULL) IS NULL"), "1\n");
}

TEST_F(PostgresSchema, CountsOfMessagesAreRightForManyRows) {
  migrate(known());
  run(R"(
    INSERT INTO app_users (id, email, password_hash, password_salt) VALUES
      ('00000000-0000-4000-8000-000000000001', 'a@b.fr', 'h', '');
    INSERT INTO profiles (id) SELECT id FROM app_users;
    INSERT INTO workspaces (id, user_id, name, updated_at) SELECT id, id, 'w', '2000-01-01Z' FROM profiles;
    INSERT INTO conversations (id, workspace_id) SELECT ('00000000-0000-4000-8000-00000000000' || s)::uuid, w.id
      FROM workspaces w, (VALUES ('a'), ('b')) v (s);
    INSERT INTO messages (conversation_id, role, content, created_at) VALUES
      ('00000000-0000-4000-8000-00000000000a', 'user', '1', '2026-01-02Z'),
      ('00000000-0000-4000-8000-00000000000a', 'assistant', '2', '2026-01-04Z'),
      ('00000000-0000-4000-8000-00000000000b', 'user', '3', '2026-01-03Z'),
      ('00000000-0000-4000-8000-00000000000a', 'user', '4', '2026-01-01Z'))");
  const char* counts =
      "SELECT messages_count, coalesce(last_message_at::date::text, '-') FROM conversations ORDER "
      "BY id";
  EXPECT_EQ(rows(counts, 2), "3|2026-01-04\n1|2026-01-03\n");
  run("DELETE FROM messages WHERE content IN ('2', '3')");
  EXPECT_EQ(rows(counts, 2), "2|2026-01-02\n0|-\n");
  run("UPDATE workspaces SET description = 'x'");
  EXPECT_EQ(rows("SELECT updated_at > '2020-01-01' FROM workspaces"), "1\n");
  run("UPDATE workspaces SET name = 'y', updated_at = '2001-01-01Z'");
  EXPECT_EQ(rows("SELECT updated_at FROM workspaces"), "2001-01-01T00:00:00.000000Z\n");
  EXPECT_FALSE(connection->run_script("DELETE FROM audit_log").ok());
  run("DELETE FROM workspaces");
  EXPECT_EQ(rows("SELECT COUNT(*) FROM messages"), "0\n");
}

// A schema as Supabase's programs left it, with rows that our constraints would not take.
class OnSupabase : public PostgresSchema {
 protected:
  void SetUp() override {
    PostgresSchema::SetUp();
    if (IsSkipped()) return;
    run(R"(
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'anon') THEN CREATE ROLE anon; END IF;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END $$;
      ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon;
      CREATE SCHEMA auth;
      CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
      CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, email text,
        full_name text, plan text DEFAULT 'free', workspaces_limit integer DEFAULT 1,
        created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now());
      CREATE TABLE workspaces (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid REFERENCES profiles (id), name text NOT NULL, domain text,
        allowed_domains text[] DEFAULT '{}', settings jsonb, created_at timestamptz DEFAULT now(),
        updated_at timestamptz DEFAULT now());
      CREATE TABLE documents (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        workspace_id uuid NOT NULL CONSTRAINT old_fk REFERENCES workspaces (id) ON DELETE CASCADE,
        filename text NOT NULL, file_path text NOT NULL, file_type text, chunks_count integer,
        status text CHECK (status IN ('pending', 'indexing', 'indexed', 'error')),
        created_at timestamptz DEFAULT now());
      CREATE TABLE conversations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        workspace_id uuid NOT NULL REFERENCES workspaces (id), visitor_id text,
        messages_count integer DEFAULT 0, created_at timestamptz DEFAULT now());
      CREATE TABLE messages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        conversation_id uuid NOT NULL REFERENCES conversations (id), role text NOT NULL,
        content text NOT NULL, rag_score double precision, created_at timestamptz DEFAULT now());
      CREATE TABLE message_topics (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), workspace_id uuid,
        topic_name text NOT NULL, message_count integer, sample_questions text[]);
      CREATE FUNCTION increment_messages_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE conversations SET messages_count = messages_count + 1 WHERE id = NEW.conversation_id;
        RETURN NEW; END $$;
      CREATE TRIGGER increment_messages_count AFTER INSERT ON messages
        FOR EACH ROW EXECUTE FUNCTION increment_messages_count();
      INSERT INTO auth.users SELECT ('00000000-0000-4000-8000-00000000000' || i)::uuid, 'u@x.fr'
        FROM generate_series(1, 3) i;
      INSERT INTO profiles (id, email, full_name) SELECT id, CASE WHEN id::text LIKE '%3' THEN NULL
        WHEN id::text LIKE '%2' THEN 'U@X.fr' ELSE email END, 'Paul' FROM auth.users;
      INSERT INTO workspaces (id, user_id, name, allowed_domains, settings)
        VALUES ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-000000000001', 'Boutique',
                '{"a.fr","b.fr"}', '{"color_accent": "#112233"}');
      INSERT INTO documents (workspace_id, filename, file_path, file_type, chunks_count, status)
        SELECT id, 'cgv.pdf', 'a/cgv.pdf', 'application/pdf', 4, 'indexing' FROM workspaces;
      INSERT INTO conversations (workspace_id, created_at) SELECT id, '2025-01-01Z' FROM workspaces;
      INSERT INTO messages (conversation_id, role, content, rag_score) SELECT id, 'assistant', 'x', 7 FROM conversations;
      INSERT INTO message_topics (workspace_id, topic_name, sample_questions)
        SELECT id, 'prix', '{"combien ?"}' FROM workspaces, generate_series(1, 2);)");
  }
};

TEST_F(OnSupabase, WhatIsThereStaysAndWhatIsMissingComes) {
  migrate(known());
  migrate(0);
  EXPECT_EQ(rows("SELECT email, password_hash, role FROM app_users ORDER BY id", 3),
            "u@x.fr|!|admin\n00000000-0000-4000-8000-000000000002|!|admin\n"
            "00000000-0000-4000-8000-000000000003|!|admin\n");
  EXPECT_EQ(rows("SELECT name, allowed_domains, widget_config FROM workspaces", 3),
            "Boutique|[\"a.fr\", \"b.fr\"]|{\"color_accent\": \"#112233\"}\n");
  EXPECT_EQ(rows("SELECT filename, mime_type, chunk_count, status FROM documents", 4),
            "cgv.pdf|application/pdf|4|processing\n");
  EXPECT_EQ(rows("SELECT started_at, channel, messages_count FROM conversations", 3),
            "2025-01-01T00:00:00.000000Z|widget|1\n");
  EXPECT_EQ(rows("SELECT rag_score, is_complete FROM messages", 2), "7|1\n");
  EXPECT_EQ(rows("SELECT sample_questions FROM message_topics"),
            "[\"combien ?\"]\n[\"combien ?\"]\n");
  EXPECT_EQ(rows("SELECT plan FROM profiles"), "free\nfree\nfree\n");
}

TEST_F(OnSupabase, ItsPeopleAndProgramsGoOn) {
  migrate(known());
  // A sign-up on Supabase: its own trigger writes a profile.
  run("INSERT INTO auth.users VALUES ('00000000-0000-4000-8000-000000000009', 'neu@x.fr'); "
      "INSERT INTO profiles (id, email, full_name) SELECT id, email, 'Neu' FROM auth.users "
      "WHERE email = 'neu@x.fr'");
  EXPECT_EQ(rows("SELECT full_name FROM app_users WHERE email = 'NEU@x.fr'"), "Neu\n");
  // An account of ours, which auth.users knows nothing of.
  run("INSERT INTO app_users (id, email, password_hash, password_salt) VALUES "
      "('00000000-0000-4000-8000-00000000000b', 'own@x.fr', 'h', ''); "
      "INSERT INTO profiles (id) VALUES ('00000000-0000-4000-8000-00000000000b')");
  // A document of ours, without what older programs had to write.
  run("INSERT INTO documents (workspace_id, filename, status) SELECT id, 'neu.pdf', 'processing' "
      "FROM workspaces");
  // Counted once, though an older trigger counted too.
  run("INSERT INTO messages (conversation_id, role, content) SELECT id, 'user', 'y' FROM "
      "conversations");
  EXPECT_EQ(rows("SELECT messages_count FROM conversations"), "2\n");
  EXPECT_EQ(connection->execute("UPDATE messages SET rag_score = 8", {}).status().key(),
            "check_violation");
  run("DELETE FROM workspaces");
  EXPECT_EQ(rows("SELECT COUNT(*) FROM messages"), "0\n");
}

TEST_F(OnSupabase, ItsPublicRolesSeeNothingOfOurs) {
  migrate(known());
  EXPECT_EQ(rows("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
                 "relkind IN ('r', 'v') "
                 "AND has_table_privilege('anon', oid, 'SELECT, INSERT, UPDATE, DELETE') ORDER BY "
                 "relname"),
            "conversations\ndocuments\nmessage_topics\nmessages\nprofiles\nworkspaces\n");
}

// Debian has no package of the extension, so most machines see the refusal only.
TEST_F(PostgresSchema, StorageModePgvectorNeedsTheExtension) {
  migrate(known());
  const bool there =
      !rows("SELECT name FROM pg_available_extensions WHERE name = 'vector'").empty();
  const Status status = prepare_pgvector(*connection);
  EXPECT_EQ(status.key(), there ? "" : "pgvector_missing") << status.to_string();
  EXPECT_EQ(prepare_pgvector(*connection).key(), status.key());
  EXPECT_FALSE(connection->in_transaction());
}

}  // namespace
}  // namespace monitora::sql
