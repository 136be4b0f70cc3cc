// Answers that people give: written before the question comes, and in its conversation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class AnswerScenario : public ::testing::Test {
 protected:
  std::string create(const std::string& question, const std::string& answer = "Oui.",
                     const json::array& variants = {}) {
    const Reply reply =
        server.send("POST", list, owner.access_token,
                    {{"question", question}, {"answer", answer}, {"variants", variants}});
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.text("id");
  }
  std::vector<std::string> questions() {
    const Reply reply = server.call("GET", list, {owner.access_token});
    const json::value list_of_answers = reply.json();
    std::vector<std::string> found;
    for (const json::value& each : list_of_answers.at("items").as_array())
      found.emplace_back(each.at("question").as_string());
    return found;
  }
  Reply import(const std::string& csv) {
    return server.call("POST", list + "/import",
                       {owner.access_token, {}, {{"file", "reponses.csv", csv}}});
  }
  static std::vector<int> lines_of(const Reply& reply) {
    const json::value imported = reply.json();
    std::vector<int> lines;
    for (const json::value& each : imported.at("errors").as_array())
      lines.push_back(static_cast<int>(each.at("line").as_int64()));
    return lines;
  }
  std::string ask(const std::string& question) {
    const Reply reply = server.send(
        "POST", "/v1/chat/completions", key,
        {{"model", workspace}, {"messages", {{{"role", "user"}, {"content", question}}}}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    return std::string(reply.json().at_pointer("/choices/0/message/content").as_string());
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
  std::string key = server.api_key(owner, workspace);
  const std::string list = "/api/workspaces/" + workspace + "/answers";
};

TEST_F(AnswerScenario, IsMadeChangedAndRemoved) {
  const std::string id =
      create("  Quels sont   vos horaires ? ", "De 9 h à 18 h.", {"Vous ouvrez quand ?", "  "});
  const Reply made = server.call("GET", list + "/" + id, {owner.access_token});
  EXPECT_EQ(made.text("question"), "Quels sont vos horaires ?");
  EXPECT_EQ(made.json().at("variants"), (json::array{"Vous ouvrez quand ?"}));
  EXPECT_TRUE(made.json().at("is_enabled").as_bool());
  EXPECT_EQ(made.json().at("use_count").as_int64(), 0);
  const Reply changed = server.send("PATCH", list + "/" + id, owner.access_token,
                                    {{"answer", "De 10 h à 18 h."}, {"variants", nullptr}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.text("answer"), "De 10 h à 18 h.");
  EXPECT_EQ(changed.text("question"), "Quels sont vos horaires ?");
  EXPECT_TRUE(changed.json().at("variants").as_array().empty());
  EXPECT_EQ(server.call("DELETE", list + "/" + id, {owner.access_token}).status, 204);
  EXPECT_EQ(server.call("DELETE", list + "/" + id, {owner.access_token}).code(),
            "answer_not_found");
  EXPECT_THAT(questions(), IsEmpty());
}

TEST_F(AnswerScenario, IsGivenInsteadOfAModelsWhileItIsEnabled) {
  const std::string id =
      create("Quels sont vos horaires ?", "De 9 h à 18 h.", {"Vous ouvrez quand ?"});
  EXPECT_EQ(ask("vos HORAIRES svp"), "De 9 h à 18 h.");
  EXPECT_EQ(ask("Vous ouvrez quand"), "De 9 h à 18 h.");
  EXPECT_NE(ask("Vous ouvrez quand le dimanche ?"), "De 9 h à 18 h.");
  EXPECT_EQ(
      server.call("GET", list + "/" + id, {owner.access_token}).json().at("use_count").as_int64(),
      2);
  ASSERT_EQ(
      server.send("PATCH", list + "/" + id, owner.access_token, {{"is_enabled", false}}).status,
      200);
  EXPECT_NE(ask("Quels sont vos horaires ?"), "De 9 h à 18 h.");
}

TEST_F(AnswerScenario, ReachesNoOtherWorkspace) {
  create("Quels sont vos horaires ?", "De 9 h à 18 h.");
  const Person neighbour = server.person("neighbour");
  const std::string other = server.workspace(neighbour, "Voisin");
  const Reply reply =
      server.send("POST", "/v1/chat/completions", server.api_key(neighbour, other),
                  {{"model", other},
                   {"messages", {{{"role", "user"}, {"content", "Quels sont vos horaires ?"}}}}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body, Not(HasSubstr("9 h")));
}

TEST_F(AnswerScenario, OneQuestionHasOneAnswer) {
  create("Livrez-vous en Suisse ?", "Oui.", {"Livraison Suisse"});
  for (const char* same : {"livrez-vous en suisse", "La livraison en Suisse ?"}) {
    const Reply reply =
        server.send("POST", list, owner.access_token, {{"question", same}, {"answer", "Non."}});
    EXPECT_EQ(reply.code(), "question_taken") << same;
  }
  create("Livrez-vous en France ?");
  const Reply reply = server.send(
      "POST", list, owner.access_token,
      {{"question", "Autre"}, {"answer", "x"}, {"variants", json::array{"Livraison Suisse ?"}}});
  EXPECT_EQ(reply.code(), "question_taken");
}

TEST_F(AnswerScenario, SaysWhatIsWrongWithAnAnswer) {
  const auto refused = [&](const json::value& body) {
    return server.send("POST", list, owner.access_token, body).wrong_fields();
  };
  EXPECT_THAT(refused({{"question", "?"}}), ElementsAre("answer"));
  EXPECT_THAT(refused({{"question", " "}, {"answer", "x"}}), ElementsAre("question"));
  EXPECT_THAT(refused({{"question", std::string(1001, 'a')}, {"answer", "x"}}),
              ElementsAre("question"));
  EXPECT_THAT(refused({{"question", "a"}, {"answer", std::string(8001, 'a')}}),
              ElementsAre("answer"));
  EXPECT_THAT(refused({{"question", "a"}, {"answer", "x"}, {"colour", 1}}), ElementsAre("colour"));
  json::array many;
  for (int i = 0; i < 21; ++i) many.push_back(json::string("formulation " + std::to_string(i)));
  EXPECT_THAT(refused({{"question", "a"}, {"answer", "x"}, {"variants", many}}),
              ElementsAre("variants"));
  EXPECT_THAT(questions(), IsEmpty());
}

TEST_F(AnswerScenario, ATableOfAnswersIsImported) {
  const Reply reply = import(
      "\xEF\xBB\xBFRéponse;Question;Formulations\r\n"
      "\"De 9 h à 18 h ; fermé le lundi.\";Quels sont vos horaires ?;\"Vous ouvrez quand ?\nOuvert "
      "?\"\r\n"
      "Oui.;Livrez-vous en Suisse ?;\r\n"
      ";Sans réponse ?;\r\n"
      "Non.;livrez-vous en suisse;\r\n");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json().at("created").as_int64(), 2);
  EXPECT_EQ(reply.json().at("updated").as_int64(), 1) << "the later row of one question counts";
  EXPECT_THAT(lines_of(reply), ElementsAre(5));
  EXPECT_THAT(questions(), ElementsAre("Quels sont vos horaires ?", "livrez-vous en suisse"));
  EXPECT_EQ(ask("Ouvert ?"), "De 9 h à 18 h ; fermé le lundi.");
  EXPECT_EQ(ask("Livrez-vous en Suisse ?"), "Non.");
}

TEST_F(AnswerScenario, WhatIsExportedIsImportedAgainUnchanged) {
  create("=SOMME(A1) ?", "+33 1 23 45 67 89", {"-1 ?", "« Où »"});
  create("Une\tquestion, \"avec\" tout", "Ligne 1\nLigne 2 ; 'fin'");
  const Reply exported = server.call("GET", list + "/export", {owner.access_token});
  EXPECT_EQ(exported.status, 200);
  EXPECT_EQ(exported.header("content-type"), "text/csv; charset=utf-8; header=present");
  EXPECT_THAT(exported.body, HasSubstr("\"'=SOMME(A1) ?\"")) << "a spreadsheet calculates nothing";
  const Reply again = import(exported.body);
  EXPECT_EQ(again.json().at("unchanged").as_int64(), 2) << again.body;
  EXPECT_EQ(again.json().at("updated").as_int64(), 0);
}

TEST_F(AnswerScenario, WhatIsNoTableIsRefusedWhole) {
  for (const std::string csv :
       {"", "a;b\n1;2\n", "question\nSeule ?\n", "question;answer;question\n1;2;3\n",
        "question;answer\nD\xE9j\xE0 ?;oui\n", "\x00\x01\x02"}) {
    const Reply reply = import(csv);
    EXPECT_EQ(reply.status, 422) << csv;
    EXPECT_THAT(reply.wrong_fields(), ElementsAre("file"));
  }
  EXPECT_EQ(server.call("POST", list + "/import", {owner.access_token}).status, 422);
  EXPECT_THAT(questions(), IsEmpty());
}

class HandoverScenario : public ::testing::Test {
 protected:
  Reply act(const std::string& path, const json::value& body) {
    return server.send("POST", "/api/conversations/" + conversation + path, owner.access_token,
                       body);
  }
  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
  std::string conversation = server.talk(workspace, {{}});
};

TEST_F(HandoverScenario, AMemberTakesOverAnswersAndHandsBack) {
  const Reply taken = act("/handover", {{"state", "person"}});
  EXPECT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.text("handover"), "person");
  EXPECT_FALSE(taken.json().at("handover_at").is_null());
  const Reply said = act("/messages", {{"content", "Bonjour, je regarde."}});
  EXPECT_EQ(said.status, 201) << said.body;
  EXPECT_EQ(said.text("role"), "assistant");
  EXPECT_EQ(said.json().at_pointer("/author/id").as_string(), owner.id);
  const json::value messages =
      server.call("GET", "/api/conversations/" + conversation + "/messages", {owner.access_token})
          .json();
  const json::array& items = messages.at("items").as_array();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[2].at("content").as_string(), "Bonjour, je regarde.");
  EXPECT_TRUE(items[2].at("rag_score").is_null()) << "no figure of the chatbot's";
  EXPECT_TRUE(items[1].at("author").is_null());
  EXPECT_EQ(act("/handover", {{"state", "bot"}}).text("handover"), "bot");
}

TEST_F(HandoverScenario, AnAnswerTakesTheConversationOver) {
  EXPECT_EQ(act("/messages", {{"content", "Bonjour"}}).status, 201);
  const std::string list = "/api/workspaces/" + workspace + "/conversations?handover=";
  EXPECT_THAT(server.call("GET", list + "person", {owner.access_token}).body,
              HasSubstr(conversation));
  EXPECT_THAT(server.call("GET", list + "bot", {owner.access_token}).body,
              Not(HasSubstr(conversation)));
  EXPECT_THAT(server.call("GET", list + "robot", {owner.access_token}).wrong_fields(),
              ElementsAre("handover"));
}

TEST_F(HandoverScenario, BadInputChangesNothing) {
  EXPECT_THAT(act("/handover", {{"state", "requested"}}).wrong_fields(), ElementsAre("state"));
  EXPECT_THAT(act("/handover", json::object()).wrong_fields(), ElementsAre("state"));
  EXPECT_THAT(act("/messages", {{"content", "  "}}).wrong_fields(), ElementsAre("content"));
  EXPECT_THAT(act("/messages", {{"content", std::string(4001, 'a')}}).wrong_fields(),
              ElementsAre("content"));
  const Reply now = server.call("GET", "/api/conversations/" + conversation, {owner.access_token});
  EXPECT_EQ(now.text("handover"), "bot");
  conversation = server.talk(workspace, {{}}, Channel::test);
  EXPECT_EQ(act("/handover", {{"state", "person"}}).code(), "not_a_visitor");
  EXPECT_EQ(act("/messages", {{"content", "Bonjour"}}).code(), "not_a_visitor");
}

TEST_F(HandoverScenario, TheAddressIsTriedAndShownToMembersOnly) {
  const std::string path = "/api/workspaces/" + workspace;
  const auto try_mail = [&] {
    return server.call("POST", path + "/handover/try-mail", {owner.access_token});
  };
  EXPECT_EQ(try_mail().code(), "no_handover_email");
  EXPECT_THAT(server
                  .send("PATCH", path + "/widget-config", owner.access_token,
                        {{"handover_email", "personne"}, {"handover_after_low", 6}})
                  .wrong_fields(),
              ElementsAre("handover_email", "handover_after_low"));
  const Reply set = server.send("PATCH", path + "/widget-config", owner.access_token,
                                {{"handover_email", "equipe@boutique.example"},
                                 {"handover_enabled", true},
                                 {"handover_after_low", 2}});
  EXPECT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(set.text("handover_email"), "equipe@boutique.example");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(try_mail().status, 204);
  const Reply sixth = try_mail();
  EXPECT_EQ(sixth.status, 429);
  EXPECT_NE(sixth.header("retry-after"), "");
  EXPECT_THAT(server.mails(), ::testing::Each("equipe@boutique.example"));
  EXPECT_EQ(server.mails().size(), 5u);
}

}  // namespace
}  // namespace monitora::scenarios
