// Sources as older programs left them, beside targets that hold what the mapping makes of them.
#include <gmock/gmock.h>

#include "transfer/validate.h"
#include "transfer/validate_test_data.h"
#include "transfer/validate_test_target.h"

namespace monitora::transfer {
namespace {

// An id that ends in n.
Value id(int n) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = static_cast<std::uint8_t>(n);
  return Uuid(bytes);
}
std::string sql_id(int n) {
  return "'" + std::get<Uuid>(id(n)).to_string() + "'";
}
Value at(const char* time) {
  return *parse_time(time);
}
Value text(const char* of) {
  return std::string(of);
}
Value number(std::int64_t of) {
  return of;
}
Value vector(std::initializer_list<float> of) {
  Bytes bytes;
  for (const float value : of) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    bytes.insert(bytes.end(), from, from + sizeof value);
  }
  return bytes;
}

class ValidateGenerations : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (sql::test_postgres_uri().empty()) GTEST_SKIP() << "no PostgreSQL here";
    must(target_.pool().with(sql::Connection::Mode::write, [](sql::Connection& target) {
      must(sql::apply(target).status());
      drop_triggers(target);
      return Status();
    }));
  }

  void source(const std::string& script) {
    const auto connection = sql::open_postgres(source_.options(), sql::Connection::Mode::write);
    must(connection.status());
    must((*connection)->run_script(script));
  }
  // Columns that are not named are NULL.
  void target(std::string_view name, const std::map<std::string, Value>& named) {
    const Table& table = *find_table(name);
    Values values(table.columns.size(), Value(nullptr));
    for (const auto& [column, value] : named) values[column_index(table, column)] = value;
    must(target_.pool().with(sql::Connection::Mode::write, [&](sql::Connection& connection) {
      insert_row(connection, table, values);
      return Status();
    }));
  }
  void expect_equal(std::int64_t tables, const ValidateOptions& options = {}) {
    PostgresSourceOptions from;
    from.uri = source_.options().uri;
    const Result<Validation> found = validate(from, target_.pool(), options);
    ASSERT_TRUE(found.ok()) << found.status().to_string() << found.status().sentence().en;
    for (const Difference& d : found->differences)
      ADD_FAILURE() << d.table << " " << d.kind << " " << d.key << " " << d.column << ": "
                    << d.source << " | " << d.target;
    EXPECT_EQ(static_cast<std::int64_t>(found->tables.size()), tables);
  }

  sql::TestPostgres source_;
  TestTarget target_{GetParam()};
};

TEST_P(ValidateGenerations, SupabaseWithItsOwnAccountsAndOlderNames) {
  source(
      "CREATE SCHEMA auth;"
      "CREATE TABLE auth.users (id uuid PRIMARY KEY, email text, encrypted_password text,"
      " raw_user_meta_data jsonb, banned_until timestamptz, deleted_at timestamptz,"
      " email_confirmed_at timestamptz, created_at timestamptz, last_sign_in_at timestamptz);"
      "CREATE TABLE profiles (id uuid PRIMARY KEY, email text, full_name text, role text,"
      " plan text, created_at timestamptz);"
      "CREATE TABLE workspaces (id uuid PRIMARY KEY, user_id uuid, name text, domain text,"
      " allowed_domains text[], settings jsonb, is_active boolean, created_at timestamptz);"
      "CREATE TABLE documents (id uuid PRIMARY KEY, workspace_id uuid, name text, file_type text,"
      " size int, chunks_count int, status text, uploaded_at timestamp, processed_at timestamptz);"
      "CREATE TABLE document_chunks (id uuid PRIMARY KEY, document_id uuid, content text,"
      " metadata jsonb, embedding text, created_at timestamptz);"
      "CREATE TABLE conversations (id uuid PRIMARY KEY, workspace_id uuid, session_id text,"
      " created_at timestamptz, updated_at timestamptz);"
      "CREATE TABLE messages (id uuid PRIMARY KEY, conversation_id uuid, role text, content text,"
      " rag_score real, \"timestamp\" timestamptz);"
      "CREATE TABLE message_topics (id uuid PRIMARY KEY, workspace_id uuid, topic_name text,"
      " message_count int, sample_questions text[]);"
      "INSERT INTO auth.users VALUES"
      " (" +
      sql_id(1) +
      ", 'a@x.fr', '$2a$10$abc', '{\"full_name\": \"A\"}', NULL, NULL, now(),"
      "  '2024-01-01 00:00:00.000001+02', NULL),"
      " (" +
      sql_id(2) +
      ", '', '', '{\"name\": \"B\"}', 'infinity', NULL, NULL,"
      "  '2024-01-02', '2024-01-03');"
      "INSERT INTO profiles VALUES"
      " (" +
      sql_id(1) +
      ", 'a@x.fr', NULL, 'viewer', 'pro', '2024-01-01'),"
      " (" +
      sql_id(3) +
      ", 'c@x.fr', 'C', 'owner', 'free', '2024-01-05');"
      "INSERT INTO workspaces VALUES"
      " (" +
      sql_id(10) + ", " + sql_id(1) +
      ", 'W', 'https://www.example.org:8443/chat', '{}',"
      "  '{\"color_accent\": \"#112233\", \"a\": 1.50}', NULL, '2024-02-01'),"
      " (" +
      sql_id(11) + ", " + sql_id(1) +
      ", 'V', 'v.org', '{\"x.org\",\"y \\\"z\"}', NULL,"
      "  false, '2024-02-02');"
      "INSERT INTO documents VALUES"
      " (" +
      sql_id(20) + ", " + sql_id(10) +
      ", 'd.pdf', 'application/pdf', 12, 2, 'indexing',"
      "  '2024-03-01 10:00:00', NULL),"
      " (" +
      sql_id(21) + ", " + sql_id(10) +
      ", 'e.pdf', NULL, NULL, NULL, NULL, NULL,"
      "  '2024-03-02 00:00:00+00');"
      "INSERT INTO document_chunks VALUES"
      " (" +
      sql_id(30) + ", " + sql_id(20) +
      ", 'un', '{\"chunk_index\": 7}', '[0.1, -2,3e-5]',"
      "  '2024-03-01'),"
      " (" +
      sql_id(31) + ", " + sql_id(20) +
      ", 'deux', '{}', NULL, '2024-03-02');"
      "INSERT INTO conversations VALUES (" +
      sql_id(40) + ", " + sql_id(10) +
      ", 's1', NULL,"
      " '2024-04-01 12:00:00+00');"
      "INSERT INTO messages VALUES (" +
      sql_id(50) + ", " + sql_id(40) +
      ", 'assistant', 'oui',"
      " 0.1, NULL);"
      "INSERT INTO message_topics VALUES (" +
      sql_id(60) + ", " + sql_id(10) +
      ", 'T', 3,"
      " ARRAY['q, \"1\"', 'é']);");
  target("app_users", {{"id", id(1)},
                       {"email", text("a@x.fr")},
                       {"password_hash", text("$2a$10$abc")},
                       {"password_salt", text("")},
                       {"full_name", text("A")},
                       {"role", text("lecteur")},
                       {"is_active", true},
                       {"email_verified", true},
                       {"created_at", at("2023-12-31T22:00:00.000001Z")},
                       {"failed_login_attempts", number(0)}});
  target("app_users", {{"id", id(2)},
                       {"email", text("00000000-0000-0000-0000-000000000002@no-email.invalid")},
                       {"password_hash", text("!")},
                       {"password_salt", text("")},
                       {"full_name", text("B")},
                       {"role", text("admin")},
                       {"is_active", false},
                       {"email_verified", false},
                       {"created_at", at("2024-01-02T00:00:00Z")},
                       {"last_login_at", at("2024-01-03T00:00:00Z")},
                       {"failed_login_attempts", number(0)}});
  target("app_users", {{"id", id(3)},
                       {"email", text("c@x.fr")},
                       {"password_hash", text("!")},
                       {"password_salt", text("")},
                       {"full_name", text("C")},
                       {"role", text("admin")},
                       {"is_active", true},
                       {"email_verified", false},
                       {"created_at", at("2024-01-05T00:00:00Z")},
                       {"failed_login_attempts", number(0)}});
  target("profiles",
         {{"id", id(1)}, {"email", text("a@x.fr")}, {"created_at", at("2024-01-01T00:00:00Z")}});
  target("profiles", {{"id", id(2)},
                      {"email", text("00000000-0000-0000-0000-000000000002@no-email.invalid")},
                      {"full_name", text("B")},
                      {"created_at", at("2024-01-02T00:00:00Z")},
                      {"updated_at", at("2024-01-02T00:00:00Z")}});
  target("profiles", {{"id", id(3)},
                      {"email", text("c@x.fr")},
                      {"full_name", text("C")},
                      {"created_at", at("2024-01-05T00:00:00Z")}});
  target("workspaces", {{"id", id(10)},
                        {"user_id", id(1)},
                        {"name", text("W")},
                        {"domain", text("https://www.example.org:8443/chat")},
                        {"allowed_domains", text(R"(["www.example.org"])")},
                        {"widget_config", text(R"({"a": 1.50, "color_accent": "#112233"})")},
                        {"is_active", true},
                        {"created_at", at("2024-02-01T00:00:00Z")}});
  target("workspaces", {{"id", id(11)},
                        {"user_id", id(1)},
                        {"name", text("V")},
                        {"domain", text("v.org")},
                        {"allowed_domains", text(R"([ "x.org", "y \"z" ])")},
                        {"is_active", false},
                        {"created_at", at("2024-02-02T00:00:00Z")}});
  target("documents", {{"id", id(20)},
                       {"workspace_id", id(10)},
                       {"filename", text("d.pdf")},
                       {"mime_type", text("application/pdf")},
                       {"file_size", number(12)},
                       {"status", text("processing")},
                       {"chunk_count", number(2)},
                       {"created_at", at("2024-03-01T10:00:00Z")}});
  target("documents", {{"id", id(21)},
                       {"workspace_id", id(10)},
                       {"filename", text("e.pdf")},
                       {"status", text("pending")},
                       {"created_at", at("2024-03-02T00:00:00Z")},
                       {"indexed_at", at("2024-03-02T00:00:00Z")}});
  target("document_chunks", {{"id", id(30)},
                             {"document_id", id(20)},
                             {"workspace_id", id(10)},
                             {"content", text("un")},
                             {"metadata", text(R"({"chunk_index": 7})")},
                             {"chunk_index", number(7)},
                             {"embedding", vector({0.1F, -2.0F, 3e-5F})},
                             {"embedding_model", text("e5")},
                             {"created_at", at("2024-03-01T00:00:00Z")}});
  target("document_chunks", {{"id", id(31)},
                             {"document_id", id(20)},
                             {"workspace_id", id(10)},
                             {"content", text("deux")},
                             {"metadata", text("{}")},
                             {"chunk_index", number(1)},
                             {"created_at", at("2024-03-02T00:00:00Z")}});
  target("conversations", {{"id", id(40)},
                           {"workspace_id", id(10)},
                           {"visitor_id", text("s1")},
                           {"channel", text("widget")},
                           {"started_at", at("2024-04-01T12:00:00Z")},
                           {"last_message_at", at("2024-04-01T12:00:00Z")},
                           {"messages_count", number(1)}});
  target("messages", {{"id", id(50)},
                      {"conversation_id", id(40)},
                      {"role", text("assistant")},
                      {"content", text("oui")},
                      {"rag_score", static_cast<double>(0.1F)},
                      {"is_resolved", false},
                      {"is_complete", true},
                      {"cached", false},
                      {"created_at", at("1970-01-01T00:00:00Z")}});
  target("message_topics", {{"id", id(60)},
                            {"workspace_id", id(10)},
                            {"topic_name", text("T")},
                            {"message_count", number(3)},
                            {"sample_questions", text(R"(["q, \"1\"", "é"])")}});
  ValidateOptions options;
  options.embedding_model = "e5";
  expect_equal(8, options);
}

TEST_P(ValidateGenerations, BothSpellingsAtOnceAndNullsBetweenThem) {
  source(
      "CREATE TABLE app_users (id uuid PRIMARY KEY, email varchar(255), password_hash text,"
      " password_salt text, role text, is_active boolean);"
      "CREATE TABLE workspaces (id text PRIMARY KEY, user_id uuid, name char(6), domain text,"
      " allowed_domains jsonb, widget_config json, settings json);"
      "CREATE TABLE workspace_databases (id uuid, workspace_id text, db_type text, db_host text,"
      " db_name text, db_user text, db_password text);"
      "CREATE TABLE documents (id uuid, workspace_id text, filename text, name text, status text);"
      "CREATE TABLE document_chunks (id uuid, document_id uuid, workspace_id text, content text,"
      " chunk_index int, embedding double precision[], embedding_model text);"
      "CREATE TABLE conversations (id uuid, workspace_id text, visitor_id text, session_id uuid,"
      " channel text, started_at timestamptz, created_at timestamptz, message_count numeric);"
      "CREATE TABLE messages (id uuid, conversation_id uuid, role text, content text,"
      " rag_score numeric, feedback int, is_resolved boolean, is_complete boolean, cached int,"
      " created_at timestamptz, \"timestamp\" timestamptz);"
      "CREATE TABLE response_cache (id uuid, workspace_id text, question_hash text, question text,"
      " embedding real[], embedding_model text, response text);"
      "INSERT INTO app_users VALUES (" +
      sql_id(1) +
      ", 'A@x.fr', 'h', 's', 'admin', true);"
      "INSERT INTO workspaces VALUES (upper(" +
      sql_id(10) + "), " + sql_id(1) +
      ", 'W', NULL,"
      " '[\"a\",  \"b\"]', NULL, '{\"b\" :1}');"
      "INSERT INTO workspace_databases VALUES (" +
      sql_id(15) + ", " + sql_id(10) +
      ", 'mysql', 'h', 'n', 'u', 'p');"
      "INSERT INTO documents VALUES (" +
      sql_id(20) + ", " + sql_id(10) +
      ", NULL, 'old', 'error');"
      "INSERT INTO document_chunks VALUES"
      " (" +
      sql_id(30) + ", " + sql_id(20) + ", " + sql_id(10) +
      ", 'x', 4,"
      "  ARRAY[0.1, 1e-3, -0.0], 'own'),"
      " (" +
      sql_id(31) + ", " + sql_id(20) +
      ", NULL, 'y', NULL, NULL, NULL);"
      "INSERT INTO conversations VALUES (" +
      sql_id(40) + ", " + sql_id(10) + ", NULL, " + sql_id(99) +
      ", NULL, NULL, '2024-01-01 00:00:00+00', 1);"
      "INSERT INTO messages VALUES"
      " (" +
      sql_id(50) + ", " + sql_id(40) +
      ", 'user', E'fin \\r\\n', 0.3, NULL, NULL, NULL, 1,"
      "  NULL, '2024-01-01 00:00:00.5+00');"
      "INSERT INTO response_cache VALUES (" +
      sql_id(70) + ", " + sql_id(10) + ", 'h', 'q', ARRAY[1.5, 2.5]::real[], 'own', 'r');");
  target("app_users", {{"id", id(1)},
                       {"email", text("A@x.fr")},
                       {"password_hash", text("h")},
                       {"password_salt", text("s")},
                       {"role", text("admin")},
                       {"is_active", true}});
  target("profiles", {{"id", id(1)}, {"email", text("A@x.fr")}});
  target("workspaces", {{"id", id(10)},
                        {"user_id", id(1)},
                        {"name", text("W     ")},
                        {"allowed_domains", text(R"(["a", "b"])")},
                        {"widget_config", text(R"({"b" :1})")},
                        {"is_active", true}});
  target("workspace_databases", {{"id", id(15)},
                                 {"workspace_id", id(10)},
                                 {"db_type", text("mysql")},
                                 {"db_host", text("h")},
                                 {"db_name", text("n")},
                                 {"db_user", text("u")},
                                 {"db_password_encrypted", text("p")},
                                 {"db_port", number(1433)},
                                 {"schema_type", text("generic")},
                                 {"is_enabled", true}});
  target("documents", {{"id", id(20)},
                       {"workspace_id", id(10)},
                       {"filename", text("old")},
                       {"status", text("error")},
                       {"created_at", at("1970-01-01T00:00:00Z")}});
  target("document_chunks", {{"id", id(30)},
                             {"document_id", id(20)},
                             {"workspace_id", id(10)},
                             {"content", text("x")},
                             {"chunk_index", number(4)},
                             {"embedding", vector({0.1F, 1e-3F, 0.0F})},
                             {"embedding_model", text("own")}});
  target("document_chunks", {{"id", id(31)},
                             {"document_id", id(20)},
                             {"workspace_id", id(10)},
                             {"content", text("y")},
                             {"chunk_index", number(1)}});
  target("conversations", {{"id", id(40)},
                           {"workspace_id", id(10)},
                           {"visitor_id", text("00000000-0000-0000-0000-000000000063")},
                           {"channel", text("widget")},
                           {"started_at", at("2024-01-01T00:00:00Z")},
                           {"messages_count", number(1)}});
  target("messages", {{"id", id(50)},
                      {"conversation_id", id(40)},
                      {"role", text("user")},
                      {"content", text("fin \r\n")},
                      {"rag_score", 0.3},
                      {"is_complete", true},
                      {"cached", true},
                      {"created_at", at("2024-01-01T00:00:00.5Z")}});
  target("response_cache", {{"id", id(70)},
                            {"workspace_id", id(10)},
                            {"question_hash", text("h")},
                            {"question", text("q")},
                            {"question_embedding", vector({1.5F, 2.5F})},
                            {"embedding_model", text("own")},
                            {"response", text("r")},
                            {"hit_count", number(1)}});
  expect_equal(9);
}

INSTANTIATE_TEST_SUITE_P(Targets, ValidateGenerations, ::testing::Values("sqlite", "postgres"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace monitora::transfer
