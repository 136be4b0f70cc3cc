// Against a real server: the sample sources of examples/supabase, read as a load reads them.
#include "transfer/postgres_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "transfer/catalog.h"
#include "transfer/test_sample.h"

namespace monitora::transfer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::string shown(const sql::Param& value) {
  struct Show {
    std::string operator()(std::nullptr_t) const { return "NULL"; }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return fmt_double(d); }
    std::string operator()(std::string_view s) const { return std::string(s); }
    std::string operator()(BytesView b) const { return hex(b); }
    std::string operator()(Time t) const { return format_time(t); }
    std::string operator()(const Uuid& u) const { return u.to_string(); }
    static std::string fmt_double(double d) {
      std::array<char, 40> text{};
      std::snprintf(text.data(), text.size(), "%.17g", d);
      return text.data();
    }
  };
  return std::visit(Show(), value);
}

const TablePlan& table_of(const Source& source, std::string_view name) {
  return *std::ranges::find_if(source.plan().tables,
                               [&](const TablePlan& each) { return each.target->name == name; });
}

using Values = std::map<std::string, std::string, std::less<>>;  // by column
std::vector<Values> read(Source& source, std::string_view name, const Selection& selection = {}) {
  const TablePlan& table = table_of(source, name);
  std::vector<Values> out;
  auto reader = source.reader();
  const Status status = (*reader)->read(table, selection, [&](Row row) {
    Values& values = out.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i)
      values[std::string(table.target->columns[i].name)] = shown(row[i]);
    return Status();
  });
  EXPECT_TRUE(status.ok()) << name << ": " << status.to_string();
  return out;
}
// The row whose column has the value.
Values find(const std::vector<Values>& rows, std::string_view column, std::string_view value) {
  for (const Values& row : rows)
    if (row.find(column)->second == value) return row;
  ADD_FAILURE() << "no row with " << column << " = " << value;
  return {};
}

class Generations : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Generations, ::testing::Values("2023", "2024", "2025"));

TEST_P(Generations, EveryTableIsReadWholeAndNothingIsRefused) {
  const SampleSource sample(GetParam());
  const auto source = sample.open();
  std::map<std::string_view, std::int64_t> rows;
  for (const TablePlan& table : source->plan().tables) {
    rows[table.target->name] = static_cast<std::int64_t>(read(*source, table.target->name).size());
    EXPECT_EQ(rows[table.target->name], table.rows) << table.target->name;
  }
  EXPECT_EQ(rows["messages"], 612);
  EXPECT_EQ(rows["conversations"], 100);
  EXPECT_EQ(rows["app_users"], rows["profiles"]);
  EXPECT_EQ(rows["app_users"], GetParam() == std::string("2023") ? 13 : 12);
  const auto refusals = source->refusals(sql::Database::sqlserver);
  ASSERT_TRUE(refusals.ok()) << refusals.status().to_string();
  EXPECT_EQ(refusals->size(), 0u);
}

TEST_P(Generations, OlderNamesGiveTheSameValues) {
  const SampleSource sample(GetParam());
  const auto source = sample.open();
  const auto workspaces = read(*source, "workspaces");
  const Values first = find(workspaces, "name", "Assistant n° 1");
  EXPECT_EQ(first.at("allowed_domains"), "[\"www.exemple.fr\"]");
  EXPECT_THAT(first.at("widget_config"), HasSubstr("\"welcomeMessage\": \"Bonjour 👋\""));
  EXPECT_EQ(find(workspaces, "name", "Assistant n° 2").at("allowed_domains").substr(0, 18),
            "[\"site2.exemple.fr");
  EXPECT_EQ(find(workspaces, "name", "Assistant n° 3").at("allowed_domains"), "[]");
  EXPECT_EQ(find(workspaces, "name", "Assistant n° 4").at("allowed_domains"),
            "[\"site4.exemple.fr\"]");
  EXPECT_EQ(find(workspaces, "name", "Assistant n° 5").at("is_active"), "true");  // NULL
  EXPECT_EQ(find(workspaces, "name", "Assistant n° 6").at("is_active"), "false");
  const auto documents = read(*source, "documents");
  EXPECT_EQ(find(documents, "filename", "notice-3.pdf").at("status"), "processing");
  EXPECT_EQ(find(documents, "filename", "notice-7.docx").at("status"), "pending");
  EXPECT_EQ(find(documents, "filename", "notice-3.pdf").at("mime_type"), "application/pdf");
  EXPECT_EQ(find(documents, "filename", "notice-1.docx").at("file_size"), "9223372036854775807");
  EXPECT_EQ(find(documents, "filename", "notice-4.docx").at("created_at"),
            "2024-04-02T00:04:04.000000Z");  // its indexed_at
  const auto conversations = read(*source, "conversations");
  EXPECT_EQ(std::ranges::count(conversations, "NULL",
                               [](const Values& row) { return row.at("channel"); }),
            0);
  EXPECT_EQ(conversations.front().at("messages_count"), "6");
}

TEST_P(Generations, HardValuesArriveUnchanged) {
  const SampleSource sample(GetParam());
  sample.run(
      "CREATE FUNCTION pg_temp.id(what text, i bigint) RETURNS uuid LANGUAGE sql AS $$ SELECT "
      "md5(what || '1:' || i)::uuid $$; UPDATE messages SET content = repeat('🚀x', 1000000) "
      "WHERE id = pg_temp.id('hard', 4)");
  const auto source = sample.open();
  std::map<std::string, Values> by_content;
  for (const Values& row : read(*source, "messages")) by_content[row.at("content")] = row;
  EXPECT_TRUE(by_content.contains("\uFEFFdébut avec U+FEFF"));
  EXPECT_TRUE(by_content.contains("espaces à la fin   "));
  EXPECT_TRUE(by_content.contains("CRLF\r\nLF\nCR\rTAB\t fin"));
  EXPECT_TRUE(by_content.contains("é = e + \u0301 : e\u0301"));
  EXPECT_TRUE(by_content.contains("\\N"));
  EXPECT_TRUE(by_content.contains("NULL"));
  EXPECT_TRUE(by_content.contains(std::string(8000, 'x')));
  std::string large;
  for (int i = 0; i < 1'000'000; ++i) large += "🚀x";
  EXPECT_TRUE(by_content.contains(large));
  const Values& first = by_content["\uFEFFdébut avec U+FEFF"];
  EXPECT_EQ(first.at("created_at"), "0001-01-01T00:00:00.000000Z");
  EXPECT_THAT(first.at("metadata"),
              HasSubstr("12345678901234567890.12345678901234567890123456789"));
  EXPECT_EQ(by_content["espaces à la fin   "].at("created_at"), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(by_content["CRLF\r\nLF\nCR\rTAB\t fin"].at("created_at"),
            "2000-01-01T10:59:59.999999Z");
  // numeric knows no −0
  EXPECT_EQ(first.at("rag_score"), GetParam() == std::string("2023") ? "0" : "-0");
}

TEST(PostgresSource, PeopleKeepTheirPasswords) {
  const SampleSource sample("2023");
  const auto source = sample.open();
  const auto people = read(*source, "app_users");
  const Values first = find(people, "email", "personne1@exemple.fr");
  EXPECT_THAT(first.at("password_hash"), HasSubstr("$2a$10$"));
  EXPECT_EQ(first.at("password_salt"), "");
  EXPECT_EQ(first.at("full_name"), "Personne n° 1");
  EXPECT_EQ(first.at("role"), "admin");
  EXPECT_EQ(first.at("is_active"), "true");
  EXPECT_EQ(first.at("email_verified"), "true");
  EXPECT_EQ(first.at("last_login_at"), "2025-03-01T08:30:00.123456Z");
  EXPECT_EQ(first.at("failed_login_attempts"), "0");
  EXPECT_EQ(find(people, "email", "personne2@exemple.fr").at("role"), "lecteur");
  EXPECT_EQ(find(people, "email", "personne3@exemple.fr").at("email_verified"), "false");
  EXPECT_EQ(find(people, "email", "personne4@exemple.fr").at("is_active"), "false");
  EXPECT_EQ(find(people, "email", "personne5@exemple.fr").at("password_hash"), "!");
  EXPECT_EQ(find(people, "email", "personne7@exemple.fr").at("is_active"), "false");
  EXPECT_EQ(find(people, "email", "personne8@exemple.fr").at("full_name"), "Personne n° 8");
  EXPECT_EQ(find(people, "email", "personne13@exemple.fr").at("password_hash"), "!");
  const Values unnamed = find(people, "full_name", "Personne n° 6");
  EXPECT_EQ(unnamed.at("email"), unnamed.at("id") + "@no-email.invalid");
  EXPECT_EQ(unnamed.at("is_active"), "false");
  const auto profiles = read(*source, "profiles");
  EXPECT_EQ(find(profiles, "email", "personne8@exemple.fr").at("created_at"),
            "2023-01-09T00:00:00.000000Z");  // made of the login
  std::string notes;
  for (const Sentence& note : source->plan().notes) notes += note.en + "\n";
  EXPECT_THAT(notes, HasSubstr("3 people without a password (google)"));
  EXPECT_THAT(notes, HasSubstr("1 people without an e-mail address"));
  EXPECT_THAT(notes, HasSubstr("« Assistant n° 3 »"));
}

TEST(PostgresSource, AccountsOfMonitoraComeFirst) {
  const SampleSource sample("2025");
  sample.run(
      "CREATE TABLE app_users (id uuid PRIMARY KEY, email text, password_hash text, "
      "password_salt text, role text, is_active boolean);"
      "INSERT INTO app_users SELECT id, 'own-' || email, 'own', 's', 'lecteur', true FROM "
      "auth.users WHERE email = 'personne1@exemple.fr'");
  const auto people = read(*sample.open(), "app_users");
  EXPECT_EQ(people.size(), 12u);
  const Values own = find(people, "email", "own-personne1@exemple.fr");
  EXPECT_EQ(own.at("password_hash"), "own");
  EXPECT_EQ(own.at("role"), "lecteur");
  EXPECT_EQ(own.at("full_name"), "NULL");
}

TEST(PostgresSource, NothingIsDroppedSilently) {
  const SampleSource sample("2024");
  sample.run(
      "ALTER TABLE messages ADD COLUMN sentiment text; UPDATE messages SET sentiment = 'gai' "
      "WHERE role = 'user'; UPDATE documents SET title = 'Autre' WHERE file_size = 1034;"
      "CREATE TABLE invoices (id int); INSERT INTO invoices VALUES (1), (2);"
      "CREATE TABLE jobs (id int)");
  std::vector<std::string> left;
  const auto source = sample.open();
  for (const LeftBehind& each : source->plan().left_behind)
    left.push_back(each.table + "." + each.column + " " + std::to_string(each.rows) +
                   (each.known ? " known" : ""));
  EXPECT_THAT(left, UnorderedElementsAre("messages.sentiment 300", "documents.title 1 known",
                                         "invoices. 2", "jobs. 0 known", "profiles.plan 11 known",
                                         "profiles.workspaces_limit 11 known"));
}

TEST(PostgresSource, ChunksGetTheirWorkspaceAndTheirNumber) {
  const SampleSource sample("2024");
  const auto before = read(*sample.open(), "document_chunks");
  ASSERT_EQ(before.size(), 60u);
  EXPECT_EQ(before.front().at("embedding").size(), 64u);
  // Some have none, then none has: the number is in the metadata, then nowhere.
  sample.run(
      "ALTER TABLE document_chunks ALTER COLUMN chunk_index DROP NOT NULL, ADD COLUMN workspace_id "
      "uuid; UPDATE document_chunks SET chunk_index = NULL WHERE id < '80000000-0000-0000-0000-"
      "000000000000'; UPDATE document_chunks SET metadata = '{}' WHERE id < '40000000-0000-0000-"
      "0000-000000000000'");
  for (const Values& chunk : read(*sample.open(), "document_chunks")) {
    const Values& same = find(before, "id", chunk.at("id"));
    EXPECT_EQ(chunk.at("chunk_index"), same.at("chunk_index"));
    EXPECT_EQ(chunk.at("workspace_id"), same.at("workspace_id"));
  }
  sample.run("ALTER TABLE document_chunks DROP COLUMN chunk_index, DROP COLUMN workspace_id");
  for (const Values& chunk : read(*sample.open(), "document_chunks"))
    EXPECT_EQ(chunk.at("chunk_index"), find(before, "id", chunk.at("id")).at("chunk_index"));
  sample.run("UPDATE document_chunks SET metadata = '{\"chunk_index\": \"deux\"}'");
  auto source = sample.open();
  for (const Values& chunk : read(*source, "document_chunks"))
    EXPECT_EQ(chunk.at("chunk_index"), find(before, "id", chunk.at("id")).at("chunk_index"));
  const auto workspaces = read(*source, "workspaces");
  for (const Values& chunk : before) find(workspaces, "id", chunk.at("workspace_id"));
}

TEST(PostgresSource, MessagesAreCountedWhereNoColumnSaysIt) {
  const SampleSource sample("2025");
  sample.run(
      "ALTER TABLE conversations DROP COLUMN messages_count;"
      "INSERT INTO conversations (id, workspace_id, title) SELECT gen_random_uuid(), id, "
      "'vide' FROM workspaces LIMIT 1");
  const auto conversations = read(*sample.open(), "conversations");
  EXPECT_EQ(find(conversations, "title", "vide").at("messages_count"), "0");
  std::map<std::string, int> counts;
  for (const Values& row : conversations) ++counts[row.at("messages_count")];
  EXPECT_EQ(counts, (std::map<std::string, int>{{"0", 1}, {"6", 99}, {"18", 1}}));  // 6 + 12 hard
}

TEST(PostgresSource, OneSnapshotWhateverHappensMeanwhile) {
  const SampleSource sample("2025");
  const auto source = sample.open();
  sample.run("DELETE FROM messages WHERE role = 'user'; UPDATE workspaces SET name = 'changé'");
  EXPECT_EQ(read(*source, "messages").size(), 612u);
  EXPECT_EQ(std::ranges::count(read(*source, "workspaces"), "changé",
                               [](const Values& row) { return row.at("name"); }),
            0);
  EXPECT_EQ(read(*sample.open(), "messages").size(), 312u);
}

TEST(PostgresSource, ChangesSinceAnEarlierSnapshot) {
  const SampleSource sample("2024");
  const auto before = sample.open();
  ASSERT_THAT(before->watermark(), Not(IsEmpty()));
  sample.run(
      "UPDATE messages SET content = 'neuf' WHERE content = 'NULL';"
      "INSERT INTO messages (id, conversation_id, role, content) SELECT gen_random_uuid(), "
      "id, 'user', 'ajouté' FROM conversations LIMIT 1;"
      "UPDATE profiles SET full_name = 'Autre' WHERE email = 'personne1@exemple.fr'");
  const auto after = sample.open();
  EXPECT_EQ(after->identity(), before->identity());
  const Selection since{{}, before->watermark()};
  std::vector<std::string> contents;
  for (const Values& row : read(*after, "messages", since)) contents.push_back(row.at("content"));
  EXPECT_THAT(contents, UnorderedElementsAre("neuf", "ajouté"));
  EXPECT_THAT(read(*after, "conversations", since), IsEmpty());
  // Through either side of a join.
  ASSERT_EQ(read(*after, "app_users", since).size(), 1u);
  EXPECT_EQ(read(*after, "app_users", since)[0].at("full_name"), "Autre");
  EXPECT_NE(SampleSource("2024").open()->identity(), before->identity());
}

TEST(PostgresSource, RangesCoverEveryKeyOnce) {
  const SampleSource sample("2025");
  // One row that is larger than a range, and keys that all begin alike.
  sample.run(
      "UPDATE messages SET content = repeat('y', 300000) WHERE content = 'NULL';"
      "INSERT INTO messages (id, conversation_id, role, content) SELECT "
      "('00000000-0000-0000-0000-' || lpad(to_hex(i), 12, '0'))::uuid, c.id, 'user', "
      "repeat('z', 100) FROM generate_series(1, 500) i, (SELECT id FROM conversations LIMIT 1) c");
  const auto source = sample.open();
  for (const TablePlan& table : source->plan().tables) {
    const auto ranges = source->ranges(table, 20'000);
    ASSERT_TRUE(ranges.ok()) << ranges.status().to_string();
    EXPECT_FALSE(ranges->front().from);
    EXPECT_FALSE(ranges->back().to);
    std::set<std::string> keys;
    std::int64_t rows = 0;
    auto reader = source->reader();
    for (std::size_t i = 0; i < ranges->size(); ++i) {
      const KeyRange& range = (*ranges)[i];
      if (i > 0) EXPECT_EQ(range.from, (*ranges)[i - 1].to);
      std::int64_t here = 0, bytes = 0;
      const Status read_all = (*reader)->read(table, {range, ""}, [&](Row row) {
        ++here;
        for (const sql::Param& value : row) bytes += static_cast<std::int64_t>(shown(value).size());
        return Status();
      });
      ASSERT_TRUE(read_all.ok()) << read_all.to_string();
      const Status read_keys = (*reader)->read_keys(table, range, [&](Row row) {
        EXPECT_EQ(row.size(), static_cast<std::size_t>(table.target->key_columns));
        keys.insert(shown(row[0]));
        return Status();
      });
      ASSERT_TRUE(read_keys.ok()) << table.target->name << ": " << read_keys.to_string();
      EXPECT_EQ(here, range.rows) << table.target->name;
      EXPECT_TRUE(bytes < 60'000 || here == 1) << table.target->name << " " << bytes;
      rows += here;
    }
    EXPECT_EQ(rows, table.rows) << table.target->name;
    EXPECT_EQ(static_cast<std::int64_t>(keys.size()), rows) << table.target->name;
    if (table.target->name == "messages") EXPECT_GT(ranges->size(), 10u);
  }
}

TEST(PostgresSource, EveryRefusalIsNamed) {
  const SampleSource sample("2023");
  sample.run(R"(
    ALTER TABLE messages ALTER COLUMN rag_score TYPE double precision, ALTER COLUMN content DROP NOT NULL,
        DROP CONSTRAINT messages_conversation_id_fkey, ALTER COLUMN created_at TYPE timestamptz;
    ALTER TABLE workspaces ALTER COLUMN api_key TYPE text;
    CREATE TEMPORARY TABLE m AS SELECT id, row_number() OVER (ORDER BY id) AS n FROM messages;
    UPDATE messages t SET content = NULL FROM m WHERE m.id = t.id AND n = 1;
    UPDATE messages t SET created_at = 'infinity' FROM m WHERE m.id = t.id AND n IN (2, 3);
    UPDATE messages t SET created_at = '0001-12-31 BC' FROM m WHERE m.id = t.id AND n = 4;
    UPDATE messages t SET rag_score = 'NaN' FROM m WHERE m.id = t.id AND n = 5;
    UPDATE messages t SET rag_score = 1.5 FROM m WHERE m.id = t.id AND n = 6;
    UPDATE messages t SET feedback = 0 FROM m WHERE m.id = t.id AND n = 7;
    UPDATE messages t SET role = 'robot' FROM m WHERE m.id = t.id AND n = 8;
    UPDATE messages t SET response_time_ms = 3000000000 FROM m WHERE m.id = t.id AND n = 9;
    UPDATE messages t SET metadata = '{"a":' FROM m WHERE m.id = t.id AND n = 10;
    UPDATE messages t SET conversation_id = gen_random_uuid() FROM m WHERE m.id = t.id AND n = 11;
    UPDATE workspaces SET name = repeat('🚀', 128) WHERE name = 'Assistant n° 1';
    UPDATE workspaces SET api_key = 'same' WHERE name IN ('Assistant n° 2', 'Assistant n° 3');
    UPDATE profiles SET email = 'PERSONNE1@exemple.fr' WHERE email = 'personne13@exemple.fr';
    UPDATE conversations SET satisfaction = 9 WHERE id = (SELECT id FROM conversations LIMIT 1);
    INSERT INTO analytics_daily SELECT gen_random_uuid(), workspace_id, date FROM analytics_daily LIMIT 1;
  )");
  const auto source = sample.open();
  const auto refusals = source->refusals(sql::Database::sqlserver);
  ASSERT_TRUE(refusals.ok()) << refusals.status().to_string();
  std::vector<std::string> found;
  for (const Refusal& each : *refusals) {
    found.push_back(each.table + "." + each.column + " " + each.rule + " " +
                    std::to_string(each.rows));
    EXPECT_EQ(static_cast<std::int64_t>(each.examples.size()),
              std::min<std::int64_t>(each.rows, 20));
    EXPECT_FALSE(each.why.fr.empty());
    EXPECT_FALSE(each.why.en.empty());
  }
  EXPECT_THAT(found,
              UnorderedElementsAre(
                  "messages.content required 1", "messages.created_at infinite_time 2",
                  "messages.created_at time_out_of_range 1", "messages.rag_score not_a_number 1",
                  "messages.rag_score CHK_messages_rag_score 1",
                  "messages.feedback CHK_messages_feedback 1", "messages.role CHK_messages_role 1",
                  "messages.response_time_ms out_of_range 1", "messages.metadata not_json 1",
                  "messages.conversation_id orphan 1", "workspaces.name length 1",
                  "workspaces.api_key duplicate 2", "app_users.email duplicate 2",
                  "conversations.satisfaction CHK_conversations_satisfaction 1",
                  "analytics_daily.date duplicate 2"));
  auto reader = source->reader();
  const Status refused =
      (*reader)->read(table_of(*source, "messages"), {}, [](Row) { return Status(); });
  EXPECT_EQ(refused.key(), "row_refused");
  EXPECT_EQ(refused.code(), Code::invalid_argument);
  // The reader goes on after that.
  EXPECT_TRUE(
      (*reader)->read(table_of(*source, "documents"), {}, [](Row) { return Status(); }).ok());
}

TEST(PostgresSource, AJsonValueAloneIsRefusedBySqlServerOnly) {
  const SampleSource sample("2023");
  sample.run(R"(
    CREATE TEMPORARY TABLE m AS SELECT id, row_number() OVER (ORDER BY id) AS n FROM messages;
    UPDATE messages t SET metadata = 'null' FROM m WHERE m.id = t.id AND n = 1;
    UPDATE messages t SET metadata = ' "x"' FROM m WHERE m.id = t.id AND n = 2;
    UPDATE messages t SET metadata = '3' FROM m WHERE m.id = t.id AND n = 3;
    UPDATE messages t SET metadata = ' [null]' FROM m WHERE m.id = t.id AND n = 4;
    UPDATE messages t SET metadata = '{}' FROM m WHERE m.id = t.id AND n = 5;
    UPDATE messages t SET metadata = NULL FROM m WHERE m.id = t.id AND n = 6;
  )");
  const auto source = sample.open();
  const auto refusals = source->refusals(sql::Database::sqlserver);
  ASSERT_TRUE(refusals.ok()) << refusals.status().to_string();
  ASSERT_EQ(refusals->size(), 1u);
  EXPECT_EQ(refusals->front().column, "metadata");
  EXPECT_EQ(refusals->front().rule, "json_scalar");
  EXPECT_EQ(refusals->front().rows, 3);
  for (const sql::Database other : {sql::Database::sqlite, sql::Database::postgres}) {
    const auto none = source->refusals(other);
    ASSERT_TRUE(none.ok()) << none.status().to_string();
    EXPECT_EQ(none->size(), 0u);
  }
}

TEST(PostgresSource, SaysWhyItCannotBeRead) {
  const SampleSource sample("2025");
  PostgresSourceOptions options = sample.options();
  options.schema = "nowhere";
  EXPECT_EQ(PostgresSource::open(options).status().key(), "not_a_source");
  options = sample.options();
  options.uri = sql::with_database(options.uri, "monitora_no_such_database");
  EXPECT_EQ(PostgresSource::open(options).status().key(), "source_refused");
  options.uri = "postgresql://127.0.0.1:1/none";
  EXPECT_EQ(PostgresSource::open(options).status().key(), "source_unavailable");

  const std::string role = "monitora_reader_" + std::to_string(::getpid());
  sample.run("CREATE ROLE " + role + " LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " +
             role);
  options = sample.options();
  options.uri += (options.uri.find('?') == std::string::npos ? "?user=" : "&user=") + role;
  const Status hidden = PostgresSource::open(options).status();
  EXPECT_EQ(hidden.key(), "source_refused");
  EXPECT_THAT(hidden.sentence().en, HasSubstr("Row-level security would hide rows"));
  sample.run("ALTER ROLE " + role + " BYPASSRLS");
  auto source = PostgresSource::open(options);
  ASSERT_TRUE(source.ok()) << source.status().to_string();  // without auth.users
  EXPECT_EQ(table_of(**source, "app_users").source, "public.profiles");
  source = Status::internal("done");
  sample.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST(PostgresSource, ACutConnectionIsSaidAndAReaderComesBack) {
  const SampleSource sample("2025");
  const auto source = sample.open();
  auto reader = source->reader();
  const TablePlan& messages = table_of(*source, "messages");
  bool cut = false;
  const Status status = (*reader)->read(messages, {}, [&](Row) {
    // The reader's own connection is the one that copies.
    if (!cut)
      sample.run(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = "
          "current_database() AND query LIKE 'COPY%' AND pid <> pg_backend_pid()");
    cut = true;
    return Status();
  });
  // What had been sent may have been all of it.
  if (!status.ok()) EXPECT_EQ(status.key(), "source_unavailable");
  std::int64_t rows = 0;
  const auto count = [&](Row) {
    ++rows;
    return Status();
  };
  const Status again = (*reader)->read(messages, {}, count);
  if (!again.ok()) {
    EXPECT_EQ(again.key(), "source_unavailable");
    rows = 0;
    EXPECT_TRUE((*reader)->read(messages, {}, count).ok());
  }
  EXPECT_EQ(rows, 612);
  // Without the connection that holds the snapshot there is no more reading.
  sample.run(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = "
      "current_database() AND pid <> pg_backend_pid()");
  auto late = source->reader();
  EXPECT_EQ((*late)->read(messages, {}, count).key(), "source_unavailable");
}

TEST(Catalog, SaysWhatIsThere) {
  const SampleSource sample("2025");
  sample.run(
      "CREATE DOMAIN short AS varchar(10); CREATE TABLE \"We\"\"ird\" (a short, b text[], c "
      "numeric(5,2) NOT NULL, PRIMARY KEY (c)); INSERT INTO \"We\"\"ird\" VALUES ('x', '{}', 1);"
      "CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);"
      "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
      "INSERT INTO parted VALUES (1, '2024-05-05'); CREATE VIEW seen AS SELECT 1 AS a");
  const auto source = sample.open();
  const Catalog& catalog = source->catalog();
  EXPECT_GE(catalog.server_version, 130000);
  const CatalogRelation* odd = catalog.find("We\"ird");
  ASSERT_NE(odd, nullptr);
  EXPECT_EQ(odd->quoted_name(), "\"public\".\"We\"\"ird\"");
  EXPECT_EQ(odd->find("a")->type, "varchar");
  EXPECT_EQ(odd->find("b")->type, "_text");
  EXPECT_EQ(odd->find("c")->shown_type, "numeric(5,2)");
  EXPECT_TRUE(odd->find("c")->not_null);
  EXPECT_THAT(odd->primary_key, ElementsAre("c"));
  EXPECT_EQ(odd->rows, 1);
  EXPECT_EQ(catalog.find("parted")->rows, 1);
  EXPECT_GT(catalog.find("parted")->bytes, 0);
  EXPECT_EQ(catalog.find("parted_1"), nullptr);
  EXPECT_EQ(catalog.find("seen"), nullptr);
  EXPECT_EQ(catalog.find("auth", "users")->rows, 12);
  EXPECT_EQ(catalog.find("messages")->rows, 612);
}

}  // namespace
}  // namespace monitora::transfer
