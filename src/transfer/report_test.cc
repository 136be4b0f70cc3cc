#include "transfer/report.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "sql/test_directory.h"

namespace monitora::transfer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report report() {
  Report report;
  report.command = "run";
  report.source = "postgresql://postgres@db.example.org/postgres";
  report.target = "sqlserver://monitora@sql.example.org/monitora";
  report.started = *parse_time("2026-11-23T04:50:12Z");
  report.ended = *parse_time("2026-11-23T04:51:14Z");
  Plan plan;
  plan.generation = {"supabase", "started_at"};
  TablePlan messages;
  messages.target = find_table("messages");
  messages.source = "public.messages";
  messages.rows = 1'234'567;
  messages.bytes = 890'000'000;
  messages.columns.push_back({&messages.target->columns[0], "m.id", "messages.id", ""});
  messages.columns.push_back(
      {&messages.target->columns[15], "m.timestamp", "messages.timestamp", "NULL → 1970"});
  plan.tables.push_back(messages);
  plan.left_behind.push_back(
      {"profiles", "plan", 12, {"Offre abandonnée.", "A dropped plan."}, "", true});
  plan.left_behind.push_back(
      {"<script>alert(1)</script>", "", 3, {"Inconnue.", "Unknown."}, "", false});
  plan.notes.push_back({"Trois espaces sans domaine.", "Three workspaces without a domain."});
  report.plan = plan;
  report.refusals.push_back({"messages",
                             "CHK_messages_role",
                             "role",
                             2,
                             {"a", "b"},
                             {"Rôle inconnu.", "An unknown role."}});
  LoadResult load;
  load.resumed = true;
  load.tables.push_back({"messages", 1'000'000, 234'567, 12, 3});
  report.load = load;
  report.steps.push_back({"Vecteurs gardés.", "Vectors kept."});
  Validation validation;
  ComparedTable table;
  table.name = "messages";
  table.source_rows = table.compared = 1'234'567;
  table.target_rows = 1'234'566;
  table.differences = 1;
  table.source_hash = "00112233445566778899aabbccddeeff";
  table.target_hash = "ff112233445566778899aabbccddeeff";
  table.source_figures.push_back({"id", 0, "a", "b", ""});
  table.target_figures.push_back({"id", 0, "a", "b", ""});
  validation.tables.push_back(table);
  validation.checks.push_back({{"Clés étrangères", "Foreign keys"}, "0", "0", 0});
  validation.differences.push_back(
      {"messages", "value", "6f1c", "content", "\"<b>Caf\\u{e9} \"", "\"<b>Cafe\\u{301}\""});
  validation.differences.push_back({"messages", "missing_row", "7a2d", "", "", ""});
  validation.difference_count = 2;
  validation.notes.push_back({"Sans fichiers.", "No files."});
  report.validation = validation;
  return report;
}

TEST(Report, ThePageEscapesWhatItShows) {
  for (const char* language : {"fr", "en"}) {
    const std::string page = to_html(report(), language);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<b>")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_THAT(page, HasSubstr("&quot;&lt;b&gt;Caf\\u{e9} &quot;"));
    EXPECT_THAT(page, HasSubstr(std::string("<html lang=\"") + language + "\">"));
    EXPECT_THAT(page, Not(HasSubstr("http")));  // nothing is fetched
  }
  EXPECT_THAT(to_html(report(), "fr"), HasSubstr("1\u202f234\u202f567"));
  EXPECT_THAT(to_html(report(), "en"), HasSubstr("1,234,567"));
}

TEST(Report, JsonSaysAll) {
  const auto json = boost::json::parse(to_json(report())).as_object();
  EXPECT_EQ(json.at("result").as_string(), "differences");
  EXPECT_EQ(json.at("started").as_string(), "2026-11-23T04:50:12.000000Z");
  EXPECT_EQ(json.at("plan").at("tables").at(0).at("columns").at(1).at("conversion").as_string(),
            "NULL → 1970");
  EXPECT_EQ(json.at("plan").at("left_behind").at(1).at("known").as_bool(), false);
  EXPECT_EQ(json.at("refusals").at(0).at("why").at("en").as_string(), "An unknown role.");
  EXPECT_EQ(json.at("load").at("tables").at(0).at("earlier").as_int64(), 234'567);
  const auto& validation = json.at("validation");
  EXPECT_EQ(validation.at("difference_count").as_int64(), 2);
  EXPECT_EQ(
      validation.at("tables").at(0).at("columns").at(0).at("target").at("minimum").as_string(),
      "a");
  EXPECT_EQ(validation.at("differences").at(0).at("source").as_string(), "\"<b>Caf\\u{e9} \"");
  Report short_one;
  short_one.command = "inspect";
  const auto small = boost::json::parse(to_json(short_one)).as_object();
  EXPECT_EQ(small.at("result").as_string(), "done");
  EXPECT_FALSE(small.contains("validation"));
}

TEST(Report, TheTextHasEachPartAndNoMoreThanFits) {
  Report long_one = report();
  for (int i = 0; i < 100; ++i)
    long_one.validation->differences.push_back({"t", "extra_row", "k", "", "", ""});
  const std::string text = to_text(long_one, "en");
  EXPECT_THAT(text, HasSubstr("✗  messages  1,234,567  1,234,566"));
  EXPECT_THAT(text, HasSubstr("[CHK_messages_role]"));
  EXPECT_THAT(text, HasSubstr("… and 82 more (report.html)"));
  EXPECT_THAT(text, HasSubstr("2 differences"));
  EXPECT_THAT(to_text(report(), "fr"), HasSubstr("ligne absente"));
}

TEST(Report, IsWrittenWholeOrNotAtAll) {
  const sql::TestDirectory directory;
  ASSERT_TRUE(write_report(report(), directory.path() / "new", "fr").ok());
  std::ifstream json(directory.path() / "new" / "report.json");
  const std::string content((std::istreambuf_iterator<char>(json)), {});
  EXPECT_EQ(content, to_json(report()) + "\n");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "new" / "report.json.part"));
  const Status refused = write_report(report(), "/proc/nowhere", "fr");
  EXPECT_EQ(refused.key(), "report_not_written");
}

}  // namespace
}  // namespace monitora::transfer
