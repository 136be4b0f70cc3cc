// Pure: from a catalogue to a plan, without a server.
#include "transfer/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "transfer/catalog.h"
#include "transfer/rules.h"

namespace monitora::transfer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

CatalogRelation relation(std::string schema, std::string name,
                         std::initializer_list<std::pair<const char*, const char*>> columns) {
  CatalogRelation made;
  made.schema = std::move(schema);
  made.name = std::move(name);
  for (const auto& [column, type] : columns) made.columns.push_back({column, type, type});
  made.primary_key = {"id"};
  made.rows = 7;
  return made;
}

Catalog catalog_of(std::vector<CatalogRelation> relations) {
  Catalog catalog;
  catalog.schema = "public";
  catalog.taken_at = "2026-01-01 00:00:00+00";
  catalog.relations = std::move(relations);
  return catalog;
}

const TablePlan& table_of(const Plan& plan, std::string_view name) {
  return *std::ranges::find_if(plan.tables,
                               [&](const TablePlan& each) { return each.target->name == name; });
}
const ColumnPlan& column_of(const Plan& plan, std::string_view table, std::string_view name) {
  const TablePlan& found = table_of(plan, table);
  return *std::ranges::find_if(found.columns,
                               [&](const ColumnPlan& each) { return each.target->name == name; });
}
std::vector<std::string> left(const Plan& plan, bool known) {
  std::vector<std::string> out;
  for (const LeftBehind& each : plan.left_behind)
    if (each.known == known) out.push_back(each.table + "." + each.column);
  return out;
}

TEST(MakePlan, EveryTargetColumnIsMadeFromSomething) {
  const auto plan = make_plan(catalog_of({relation("public", "workspaces", {{"id", "uuid"}}),
                                          relation("public", "messages", {{"id", "uuid"}})}));
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->tables.size(), 2u);
  for (const TablePlan& table : plan->tables) {
    ASSERT_EQ(table.columns.size(), table.target->columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      EXPECT_EQ(table.columns[i].target, &table.target->columns[i]);
    EXPECT_THAT(table.aliases, ElementsAre("t"));
    EXPECT_EQ(table.rows, 7);
    EXPECT_TRUE(table.key_is_unique);
  }
  EXPECT_EQ(column_of(*plan, "messages", "created_at").expression,
            "'1970-01-01 00:00:00+00'::timestamptz");
  EXPECT_EQ(column_of(*plan, "messages", "is_complete").expression, "true");
  EXPECT_EQ(column_of(*plan, "messages", "content").expression, "NULL::text");
  EXPECT_EQ(column_of(*plan, "workspaces", "is_active").expression, "true");
}

TEST(MakePlan, OlderNamesAreRecognised) {
  const auto plan = make_plan(catalog_of(
      {relation("public", "workspaces", {{"id", "uuid"}, {"settings", "jsonb"}, {"theme", "text"}}),
       relation(
           "public", "documents",
           {{"id", "uuid"}, {"name", "text"}, {"file_type", "text"}, {"chunks_count", "int4"}}),
       relation("public", "conversations",
                {{"id", "uuid"}, {"session_id", "text"}, {"created_at", "timestamp"}}),
       relation("public", "jobs", {{"id", "uuid"}}),
       relation("public", "invoices", {{"id", "uuid"}})}));
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(column_of(*plan, "workspaces", "widget_config").expression, "t.\"settings\"");
  EXPECT_EQ(column_of(*plan, "workspaces", "widget_config").source, "workspaces.settings");
  EXPECT_EQ(column_of(*plan, "documents", "filename").expression, "t.\"name\"");
  EXPECT_EQ(column_of(*plan, "documents", "mime_type").expression, "t.\"file_type\"");
  EXPECT_EQ(column_of(*plan, "documents", "chunk_count").expression, "t.\"chunks_count\"");
  EXPECT_EQ(column_of(*plan, "conversations", "visitor_id").expression, "t.\"session_id\"");
  EXPECT_THAT(column_of(*plan, "conversations", "started_at").expression,
              HasSubstr("t.\"created_at\""));
  EXPECT_THAT(plan->generation, Contains("workspaces.settings"));
  EXPECT_THAT(plan->generation, Contains("conversations.created_at"));
  EXPECT_THAT(plan->generation, Contains("no document_chunks"));
  EXPECT_THAT(left(*plan, true), ElementsAre("jobs."));
  EXPECT_THAT(left(*plan, false), ElementsAre("workspaces.theme", "invoices."));
}

TEST(MakePlan, TwoNamesOfOneColumnAreTakenInOrder) {
  const auto plan = make_plan(catalog_of(
      {relation("public", "workspaces", {{"id", "uuid"}}), relation("public", "documents",
                                                                    {{"id", "uuid"},
                                                                     {"filename", "text"},
                                                                     {"title", "varchar"},
                                                                     {"size", "int4"},
                                                                     {"file_size", "int8"}})}));
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(column_of(*plan, "documents", "filename").expression,
            "coalesce(t.\"filename\", t.\"title\")");
  EXPECT_EQ(column_of(*plan, "documents", "file_size").expression,
            "coalesce((t.\"file_size\")::numeric, (t.\"size\")::numeric)");
  // The second may hold something else where both are there: that would be left behind.
  EXPECT_THAT(left(*plan, true), ElementsAre("documents.title", "documents.size"));
}

TEST(MakePlan, NamesAreQuoted) {
  CatalogRelation odd = relation("we\"ird", "workspaces", {{"id", "uuid"}});
  Catalog catalog = catalog_of({odd});
  catalog.schema = "we\"ird";
  const auto plan = make_plan(catalog);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(table_of(*plan, "workspaces").from, "\"we\"\"ird\".\"workspaces\" t");
}

TEST(MakePlan, PeopleComeFromEveryKindOfAccount) {
  const auto users = relation("auth", "users",
                              {{"id", "uuid"},
                               {"email", "varchar"},
                               {"encrypted_password", "varchar"},
                               {"raw_user_meta_data", "jsonb"},
                               {"created_at", "timestamptz"}});
  const auto profiles = relation("public", "profiles",
                                 {{"id", "uuid"},
                                  {"email", "text"},
                                  {"full_name", "text"},
                                  {"role", "text"},
                                  {"plan", "text"}});
  const auto workspaces = relation("public", "workspaces", {{"id", "uuid"}});
  const auto plan = make_plan(catalog_of({users, profiles, workspaces}));
  ASSERT_TRUE(plan.ok());
  const TablePlan& people = table_of(*plan, "app_users");
  EXPECT_EQ(people.from,
            "\"auth\".\"users\" u FULL JOIN \"public\".\"profiles\" p ON p.\"id\" = "
            "coalesce(u.\"id\")");
  EXPECT_THAT(people.aliases, ElementsAre("u", "p"));
  EXPECT_EQ(people.source, "auth.users, public.profiles");
  EXPECT_EQ(plan->generation.front(), "supabase");
  EXPECT_THAT(left(*plan, true), ElementsAre("profiles.plan"));
  EXPECT_EQ(plan->tables[0].target->name, "app_users");
  EXPECT_EQ(plan->tables[1].target->name, "profiles");

  auto accounts = relation("public", "app_users", {{"id", "uuid"}, {"email", "text"}});
  const auto later = make_plan(catalog_of({users, accounts, profiles, workspaces}));
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(later->generation.front(), "monitora");
  EXPECT_THAT(table_of(*later, "app_users").aliases, ElementsAre("a", "u", "p"));
}

TEST(MakePlan, ValuesThatDependOnOtherRowsAlwaysCountAsChanged) {
  const auto plan = make_plan(catalog_of(
      {relation("public", "workspaces", {{"id", "uuid"}}),
       relation("public", "conversations", {{"id", "uuid"}}),
       relation("public", "messages", {{"id", "uuid"}, {"conversation_id", "uuid"}}),
       relation("public", "documents", {{"id", "uuid"}, {"workspace_id", "uuid"}}),
       relation("public", "document_chunks", {{"id", "uuid"}, {"document_id", "uuid"}})}));
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(table_of(*plan, "conversations").aliases.empty());
  EXPECT_TRUE(table_of(*plan, "document_chunks").aliases.empty());
  EXPECT_THAT(table_of(*plan, "document_chunks").from, HasSubstr("row_number()"));
  EXPECT_EQ(column_of(*plan, "document_chunks", "workspace_id").expression, "d.\"workspace_id\"");
}

TEST(MakePlan, SaysWhatItCannotRead) {
  EXPECT_EQ(make_plan(catalog_of({relation("public", "orders", {{"id", "uuid"}})})).status().key(),
            "not_a_source");
  auto workspaces = relation("public", "workspaces", {{"id", "uuid"}});
  workspaces.hides_rows = true;
  const Status hidden = make_plan(catalog_of({workspaces})).status();
  EXPECT_EQ(hidden.key(), "source_refused");
  EXPECT_THAT(hidden.sentence().en, HasSubstr("BYPASSRLS"));
  workspaces.hides_rows = false;
  workspaces.readable = false;
  EXPECT_THAT(make_plan(catalog_of({workspaces})).status().sentence().fr,
              HasSubstr("GRANT SELECT ON public.workspaces"));
  workspaces.readable = true;
  auto users = relation("auth", "users", {{"id", "uuid"}});
  users.readable = false;
  const auto plan = make_plan(catalog_of({workspaces, users}));
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->notes.size(), 1u);
  EXPECT_THAT(plan->notes[0].en, HasSubstr("without their passwords"));
}

TEST(Rules, EveryChecksColumnIsOneOfTheTables) {
  int checks = 0;
  for (const Table& table : tables())
    for (const Column& column : table.columns)
      if (const CheckRule* check = find_check(table.name, column.name)) {
        ++checks;
        EXPECT_FALSE(explain(check->name, table, column).fr.empty());
      }
  EXPECT_EQ(checks, 10);
  const CheckRule& feedback = *find_check("messages", "feedback");
  EXPECT_TRUE(passes(feedback, std::int64_t{-1}));
  EXPECT_TRUE(passes(feedback, nullptr));
  EXPECT_FALSE(passes(feedback, std::int64_t{0}));
  EXPECT_FALSE(passes(*find_check("messages", "role"), std::string_view("User")));
}

}  // namespace
}  // namespace monitora::transfer
