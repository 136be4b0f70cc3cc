// What messages say of parameters, what rows say to people, and what a model is told.
#include "domain/prepared_question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/data_text.h"
#include "domain/sql_prompt.h"

namespace monitora {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Time kNow = *parse_time("2026-11-23T10:00:00Z");

// The value that a message gives one parameter, as text; "-" for none.
std::string taken(ParameterType type, std::string_view message,
                  std::vector<std::string> values = {}) {
  const FilledParameters filled =
      fill_parameters({{"it", type, "", std::move(values)}}, message, kNow);
  if (!filled.missing.empty()) return "-";
  const ExternalValue& value = filled.values.at("it");
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

TEST(Parameters, DatesAreRead) {
  const std::pair<const char*, const char*> all[] = {{"depuis le 2026-03-05 ?", "2026-03-05"},
                                                     {"le 05/03/2026, svp", "2026-03-05"},
                                                     {"le 5.3.2026.", "2026-03-05"},
                                                     {"depuis le 5 mars 2026", "2026-03-05"},
                                                     {"le 1er Août 2026", "2026-08-01"},
                                                     {"since March 5, 2026", "2026-03-05"},
                                                     {"since 5 March 2026", "2026-03-05"},
                                                     {"et aujourd'hui ?", "2026-11-23"},
                                                     {"Hier", "2026-11-22"},
                                                     {"what about yesterday?", "2026-11-22"},
                                                     {"le 31/02/2026", "-"},
                                                     {"le 5 mars", "-"},
                                                     {"en 2026", "-"},
                                                     {"CMD-2026-03-05", "-"},
                                                     {"2026-03-051", "-"},
                                                     {"", "-"}};
  for (const auto& [message, date] : all)
    EXPECT_EQ(taken(ParameterType::date, message), date) << message;
}

TEST(Parameters, NumbersAreRead) {
  const std::pair<const char*, const char*> all[] = {
      {"le client 12", "12"},        {"client n°12.", "12"}, {"le 05/03/2026, client 7", "7"},
      {"CMD-000123", "-"},           {"3,5 euros", "-"},     {"12abc", "-"},
      {"99999999999999999999", "-"}, {"rien", "-"}};
  for (const auto& [message, number] : all)
    EXPECT_EQ(taken(ParameterType::integer, message), number) << message;
}

TEST(Parameters, TextsAreReadFromQuotationMarksOrAreWordsWithDigits) {
  const std::pair<const char*, const char*> all[] = {
      {"le prix de « Tasse bleue » ?", "Tasse bleue"},
      {"the price of \"Blue cup\"", "Blue cup"},
      {"où est CMD-000123 ?", "CMD-000123"},
      {"« ' OR 1=1 -- »", "' OR 1=1 --"},
      {"le prix de la tasse", "-"},
      {"« » ", "-"}};
  for (const auto& [message, text] : all)
    EXPECT_EQ(taken(ParameterType::text, message), text) << message;
}

TEST(Parameters, AChoiceIsOneValueOfTheList) {
  const std::vector<std::string> cities{"Lyon", "Saint-Étienne", "Étienne"};
  const auto city = [&](std::string_view message) {
    return taken(ParameterType::choice, message, cities);
  };
  EXPECT_EQ(city("les clients de LYON ?"), "Lyon");
  EXPECT_EQ(city("clients de saint etienne"), "Saint-Étienne");
  EXPECT_EQ(city("Lyonnais"), "-");
  EXPECT_EQ(city("de Lyon ou de Saint-Étienne ?"), "-") << "which?";
}

TEST(Parameters, NothingIsTakenTwice) {
  const std::vector<QuestionParameter> all{{"from", ParameterType::date, "", {}},
                                           {"to", ParameterType::date, "", {}},
                                           {"who", ParameterType::integer, "client", {}},
                                           {"more", ParameterType::integer, "", {}}};
  const FilledParameters filled =
      fill_parameters(all, "client 12 du 01/02/2026 au 03/02/2026", kNow);
  EXPECT_EQ(filled.values.at("from"), ExternalValue(std::string("2026-02-01")));
  EXPECT_EQ(filled.values.at("to"), ExternalValue(std::string("2026-02-03")));
  EXPECT_EQ(filled.values.at("who"), ExternalValue(std::int64_t{12}));
  ASSERT_EQ(filled.missing.size(), 1u);
  EXPECT_EQ(ask_for_parameters(filled.missing, "fr"), "Pour répondre, il me faut aussi : more.");
}

TEST(Prepared, IsWordedLikeWhatItsWordingsSay) {
  PreparedQuestion late;
  late.description = "Commandes livrées en retard";
  late.examples = {"Combien de commandes ont été livrées en retard à Lyon ?"};
  late.parameters = {{"city", ParameterType::choice, "", {"Lyon", "Nîmes"}}};
  EXPECT_TRUE(is_worded_like("combien de commandes en retard ?", late));
  EXPECT_TRUE(is_worded_like("Combien de commandes livrées en retard à Nîmes ?", late));
  EXPECT_FALSE(is_worded_like("Combien de commandes annulées ?", late));
  EXPECT_FALSE(is_worded_like("", late));
}

TEST(DataText, SaysWhatIsThere) {
  ExternalRows rows{{"Nombre"}, {{std::int64_t{128}}}, false};
  EXPECT_EQ(data_text(rows, "fr"), "Nombre : **128**");
  EXPECT_EQ(data_text(rows, "en"), "Nombre: **128**");
  rows.rows = {};
  EXPECT_EQ(data_text(rows, "en"), "Nothing in the database matches this question.");
  rows = {{"a|b", "quand"},
          {{std::string("x|*y*\nz"), std::string("2026-03-05 00:00:00")},
           {nullptr, std::string("2026-03-05 14:30:00+00")}},
          false};
  EXPECT_EQ(data_text(rows, "fr"),
            "| a\\|b | quand |\n| --- | --- |\n| x\\|\\*y\\* z | 05/03/2026 |\n| — | 05/03/2026 à "
            "14:30 |");
  EXPECT_EQ(value_text(std::string("12.50"), "fr"), "12,50");
  EXPECT_EQ(value_text(std::string("0000-00-00"), "fr"), "00/00/0000");
  EXPECT_EQ(value_text(true, "en"), "yes");
}

TEST(DataText, IsCutAndSaysSo) {
  ExternalRows rows{{"n"}, {}, false};
  for (std::int64_t i = 0; i < 137; ++i) rows.rows.push_back({i});
  EXPECT_THAT(data_text(rows, "fr"), HasSubstr("Les 20 premières lignes sur 137."));
  rows.truncated = true;
  EXPECT_THAT(data_text(rows, "en"), HasSubstr("The first 20 of more than 137 rows."));
}

TEST(SqlPrompt, TakesTheStatementOutOfAReply) {
  EXPECT_EQ(statement_in("SELECT 1;"), "SELECT 1");
  EXPECT_EQ(statement_in("Voici :\n```sql\nSELECT 1;\n```\nBonne journée"), "SELECT 1");
  EXPECT_EQ(statement_in("```\nselect 1\n```"), "select 1");
  EXPECT_EQ(statement_in("```select 1```"), "select 1");
  for (const char* nothing : {"", "  ", "NO_ANSWER", "NO_ANSWER.", "``````", "```sql```"})
    EXPECT_FALSE(statement_in(nothing).has_value() && *statement_in(nothing) != "sql") << nothing;
}

TEST(SqlPrompt, HoldsOnlyWhatMayBeRead) {
  SqlPromptInput input;
  input.now = kNow;
  input.language = "fr";
  ExternalTable table{"public", "orders", false, "comment of the base", {}};
  table.columns = {{"id", "integer", false, true, "", ""},
                   {"total", "numeric", true, false, "", ""}};
  input.tables = {table};
  input.descriptions = {{"orders", "Les commandes"}, {"orders.total", "TTC"}, {"users", "secret"}};
  const std::string told = sql_instructions(input);
  for (const char* part : {"public.orders -- Les commandes", "  id integer, key\n",
                           "total numeric -- TTC", "PostgreSQL", "2026-11-23", "French"})
    EXPECT_THAT(told, HasSubstr(part));
  EXPECT_THAT(told, Not(HasSubstr("secret")));
  for (int i = 0; i < 2000; ++i) input.tables.push_back(table);
  EXPECT_LT(sql_instructions(input).size(), 32'000u);
}

}  // namespace
}  // namespace monitora
