// What people read of conversations: lists, searches, exports, and what is nobody else's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class ConversationScenario : public ::testing::Test {
 protected:
  Reply get(const std::string& path) { return server.call("GET", path, {owner.access_token}); }
  std::vector<std::string> kept(const std::string& query) {
    const Reply reply = get(list + query);
    EXPECT_EQ(reply.status, 200) << query << "\n" << reply.body;
    std::vector<std::string> ids;
    const json::value found = reply.json();
    if (reply.status == 200)
      for (const json::value& each : found.at("items").as_array())
        ids.emplace_back(each.at("id").as_string());
    return ids;
  }

  TestServer server;
  Person owner = server.person("owner");
  Person neighbour = server.person("neighbour");
  std::string workspace = server.workspace(owner);
  std::string foreign = server.workspace(neighbour, "Voisin");
  const std::string list = "/api/workspaces/" + workspace + "/conversations";
};

TEST_F(ConversationScenario, LatestFirstWithTheirFigures) {
  const std::string first = server.talk(workspace, {{}, {}});
  const std::string second = server.talk(workspace, {{.asked = "Livrez-vous ?"}});
  server.talk(foreign, {{.asked = "Chez le voisin"}});
  EXPECT_THAT(kept(""), ElementsAre(second, first));
  const Reply reply = get("/api/conversations/" + first);
  EXPECT_EQ(reply.text("title"), "Quels sont vos horaires ?");
  EXPECT_EQ(reply.text("visitor_id"), "visiteur");
  EXPECT_EQ(reply.text("channel"), "widget");
  EXPECT_EQ(reply.json().at("messages_count").as_int64(), 4);
  EXPECT_TRUE(reply.json().at("satisfaction").is_null());
  EXPECT_THAT(kept("?limit=1"), ElementsAre(second));
  const Reply page = get(list + "?limit=1");
  EXPECT_THAT(kept("?limit=1&cursor=" + page.text("next_cursor")), ElementsAre(first));
}

TEST_F(ConversationScenario, MessagesAreWholeAndInOrder) {
  const std::string id = server.talk(workspace, {{.score = 0.75, .feedback = -1, .cached = true},
                                                 {.asked = "Et le dimanche ?", .score = {}}});
  const json::value found = get("/api/conversations/" + id + "/messages").json();
  const json::array& items = found.at("items").as_array();
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].at("role").as_string(), "user");
  EXPECT_TRUE(items[0].at("feedback").is_null());
  const json::object& answer = items[1].as_object();
  EXPECT_EQ(answer.at("content").as_string(), "De 10 h à 18 h [1].");
  EXPECT_EQ(answer.at("rag_score").as_double(), 0.75);
  EXPECT_EQ(answer.at("feedback").as_int64(), -1);
  EXPECT_EQ(answer.at("response_time_ms").as_int64(), 800);
  EXPECT_EQ(answer.at("ttfb_ms").as_int64(), 90);
  EXPECT_TRUE(answer.at("cached").as_bool());
  EXPECT_FALSE(answer.at("is_resolved").as_bool());
  EXPECT_EQ(answer.at("sources").at(0).at("filename").as_string(), "horaires.md");
  EXPECT_EQ(items[2].at("content").as_string(), "Et le dimanche ?");
  EXPECT_TRUE(items[3].at("rag_score").is_null());
}

TEST_F(ConversationScenario, SearchFoldsCaseAndAccentsAndHasNoWildcards) {
  const std::string id =
      server.talk(workspace, {{.asked = "Élève déçu : 100 % remboursé_tout de suite ? [x] 'c\\d'",
                               .answered = "Ça dépend."}});
  server.talk(workspace, {{.asked = "autre chose"}});
  server.talk(foreign, {{.asked = "Élève déçu"}});
  for (const char* words : {"ELEVE", "d%C3%A9%C3%A7u", "deCU", "100%20%25", "rembourse_tout",
                            "%5Bx%5D", "'c%5Cd'", "ca%20depend", "%20%20deçu%20"})
    EXPECT_THAT(kept(std::string("?search=") + words), ElementsAre(id)) << words;
  for (const char* words : {"%25%25", "__", "%25eleve%25", "e_eve", "'%20OR%20'1'='1", "%22",
                            "%5C%5C", "[a-z]", "*", "%00a", "eleve;--"}) {
    const Reply reply = get(list + "?search=" + words);
    EXPECT_THAT(reply.status, AnyOf(200, 400)) << words;
    if (reply.status == 200) EXPECT_THAT(kept(std::string("?search=") + words), IsEmpty()) << words;
  }
  EXPECT_THAT(get(list + "?search=" + std::string(501, 'a')).wrong_fields(), ElementsAre("search"));
  EXPECT_THAT(kept("?search=" + std::string(500, 'a')), IsEmpty());
  EXPECT_EQ(kept("?search=").size(), 2U) << "an empty search is none";
}

TEST_F(ConversationScenario, FiltersApartAndTogether) {
  const std::string liked = server.talk(workspace, {{.score = 0.9, .feedback = 1}});
  const std::string weak = server.talk(workspace, {{.score = 0.2, .feedback = -1}});
  const std::string tried = server.talk(workspace, {{}}, Channel::test);
  const std::string program = server.talk(workspace, {{}}, Channel::api);
  EXPECT_THAT(kept("?channel=widget"), UnorderedElementsAre(liked, weak));
  EXPECT_THAT(kept("?channel=test"), ElementsAre(tried));
  EXPECT_THAT(kept("?channel=api"), ElementsAre(program));
  EXPECT_THAT(kept("?feedback=1"), ElementsAre(liked));
  EXPECT_THAT(kept("?feedback=-1"), ElementsAre(weak));
  EXPECT_THAT(kept("?max_confidence=0.2"), ElementsAre(weak));
  EXPECT_THAT(kept("?max_confidence=0.19&feedback=-1"), IsEmpty());
  EXPECT_EQ(kept("").size(), 4U);
}

TEST_F(ConversationScenario, DaysAreTheWorkspaces) {
  server.travel(*parse_time("2026-11-19T22:59:50Z"), owner);  // 23:59:50 in Paris
  const std::string before = server.talk(workspace, {{}});
  server.clock().time = *parse_time("2026-11-19T23:00:00Z");
  const std::string after = server.talk(workspace, {{}});
  EXPECT_THAT(kept("?from=2026-11-20"), ElementsAre(after));
  EXPECT_THAT(kept("?to=2026-11-19"), ElementsAre(before));
  EXPECT_THAT(kept("?from=2026-11-19&to=2026-11-19"), ElementsAre(before));
  EXPECT_THAT(kept("?from=2026-11-19T23:00:05Z&to=2026-11-20T00:30:00%2B01:00"), IsEmpty());
  EXPECT_EQ(server
                .send("PATCH", "/api/workspaces/" + workspace + "/widget-config",
                      owner.access_token, {{"time_zone", "UTC"}})
                .status,
            200);
  EXPECT_THAT(kept("?from=2026-11-20"), IsEmpty());
  EXPECT_EQ(kept("?from=0001-01-01&to=9999-12-31").size(), 2U);
  EXPECT_EQ(kept("?from=0001-01-01T00:00:00%2B14:00").size(), 2U);
}

TEST_F(ConversationScenario, WrongParametersAreNamed) {
  const std::pair<const char*, const char*> wrong[] = {
      {"?channel=email", "channel"},
      {"?channel=", "channel"},
      {"?feedback=0", "feedback"},
      {"?feedback=2", "feedback"},
      {"?max_confidence=1.1", "max_confidence"},
      {"?max_confidence=nan", "max_confidence"},
      {"?max_confidence=", "max_confidence"},
      {"?from=yesterday", "from"},
      {"?from=2026-02-30", "from"},
      {"?to=2026-13-01", "to"},
      {"?from=2026-11-20&to=2026-11-18", "to"},
      {"?from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z", "to"}};
  for (const auto& [query, field] : wrong)
    for (const std::string& path : {list, list + "/export"})
      EXPECT_THAT(get(path + query).wrong_fields(), ElementsAre(field)) << path << query;
  EXPECT_THAT(get(list + "?channel=x&feedback=x&max_confidence=x&from=x").wrong_fields(),
              UnorderedElementsAre("channel", "feedback", "max_confidence", "from"));
  EXPECT_THAT(get(list + "/export?format=xlsx").wrong_fields(), ElementsAre("format"));
}

TEST_F(ConversationScenario, DeletingTakesTheMessagesAlong) {
  const std::string id = server.talk(workspace, {{}, {}});
  const std::string stays = server.talk(workspace, {{}});
  const std::string path = "/api/conversations/" + id;
  EXPECT_EQ(server.call("DELETE", path, {neighbour.access_token}).code(), "conversation_not_found");
  EXPECT_EQ(server.rows("SELECT count(*) FROM messages"), 6);
  EXPECT_EQ(server.call("DELETE", path, {owner.access_token}).status, 204);
  EXPECT_EQ(server.rows("SELECT count(*) FROM messages"), 2);
  EXPECT_THAT(kept(""), ElementsAre(stays));
  for (const std::string& gone : {path, path + "/messages"})
    EXPECT_EQ(get(gone).code(), "conversation_not_found");
  EXPECT_EQ(server.call("DELETE", path, {owner.access_token}).code(), "conversation_not_found");
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action = 'conversation.delete'"), 1);
}

TEST_F(ConversationScenario, AnExportIsSafeInASpreadsheet) {
  const std::string id = server.talk(workspace,
                                     {{.asked = "=HYPERLINK(\"http://evil.example\";\"x\")",
                                       .answered = "ligne 1\nligne 2; \"q\""}},
                                     Channel::widget, "@visiteur");
  server.talk(foreign, {{.asked = "chez le voisin"}});
  const Reply csv = get(list + "/export?format=csv");
  EXPECT_EQ(csv.status, 200);
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
  EXPECT_EQ(csv.header("content-disposition"), "attachment; filename=\"conversations.csv\"");
  EXPECT_TRUE(
      csv.body.starts_with("\xEF\xBB\xBF"
                           "conversation_id,channel,visitor_id,title,"));
  EXPECT_THAT(csv.body, HasSubstr(id + ",widget,\"'@visiteur\",\"'=HYPERLINK(\"\"http"));
  EXPECT_THAT(csv.body, HasSubstr("\"user\",\"'=HYPERLINK("));
  EXPECT_THAT(csv.body, HasSubstr("\"ligne 1\nligne 2; \"\"q\"\"\",\"horaires.md\",0.8,,false,"));
  EXPECT_THAT(csv.body, Not(HasSubstr("voisin")));
  EXPECT_EQ(get(list + "/export").body, csv.body) << "CSV unless asked otherwise";

  const Reply lines = get(list + "/export?format=jsonl");
  EXPECT_EQ(lines.header("content-type"), "application/x-ndjson");
  ASSERT_TRUE(lines.body.ends_with("\n"));
  std::vector<std::string> contents;
  const std::string body = lines.body.substr(0, lines.body.size() - 1);
  for (const std::string_view line : split(body, '\n')) {
    const json::value parsed = json::parse(line);
    EXPECT_EQ(parsed.at("conversation_id").as_string(), id);
    contents.emplace_back(parsed.at("content").as_string());
  }
  EXPECT_THAT(contents,
              ElementsAre("=HYPERLINK(\"http://evil.example\";\"x\")", "ligne 1\nligne 2; \"q\""));
}

TEST_F(ConversationScenario, AnExportKeepsWhatTheListKeeps) {
  server.talk(workspace, {{.asked = "Élève", .feedback = 1}});
  server.talk(workspace, {{.asked = "essai"}}, Channel::test);
  const auto lines = [&](const std::string& query) {
    return std::ranges::count(get(list + "/export?format=jsonl" + query).body, '\n');
  };
  EXPECT_EQ(lines(""), 4);
  EXPECT_EQ(lines("&channel=widget"), 2);
  EXPECT_EQ(lines("&search=eleve"), 2);
  EXPECT_EQ(lines("&feedback=1"), 2);
  EXPECT_EQ(lines("&from=2090-01-01"), 0);
  EXPECT_EQ(get(list + "/export?from=2090-01-01").body.find("\r\n") + 2,
            get(list + "/export?from=2090-01-01").body.size())
      << "the header alone";
}

}  // namespace
}  // namespace monitora::scenarios
