// Analytics and insights over HTTP: what is counted, what is kept, what people do about weak
// answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "domain/question_group.h"
#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class InsightScenario : public ::testing::Test {
 protected:
  Reply get(const std::string& path) { return server.call("GET", path, {owner.access_token}); }
  Reply post(const std::string& path) { return server.call("POST", path, {owner.access_token}); }
  json::object read(const std::string& path) {
    const Reply reply = get(path);
    EXPECT_EQ(reply.status, 200) << path << "\n" << reply.body;
    const json::value body = reply.json();
    return body.is_object() ? body.as_object() : json::object();
  }
  // "date messages/conversations/visitors" of the points that are not zero.
  std::vector<std::string> points(const std::string& query) {
    std::vector<std::string> found;
    const json::object body = read(analytics + query);
    for (const json::value& each : body.at("history").as_array())
      if (each.at("messages").as_int64() > 0)
        found.push_back(std::string(each.at("date").as_string()) + " " +
                        std::to_string(each.at("messages").as_int64()) + "/" +
                        std::to_string(each.at("conversations").as_int64()) + "/" +
                        std::to_string(each.at("visitors").as_int64()));
    return found;
  }
  std::size_t point_count(const std::string& query) {
    return read(analytics + query).at("history").as_array().size();
  }
  void at(const char* time) { server.travel(*parse_time(time), owner); }
  std::int64_t kept_days() {
    return server.rows("SELECT count(*) FROM analytics_daily WHERE figures IS NOT NULL");
  }

  TestServer server;
  Person owner = server.person("owner");
  Person neighbour = server.person("neighbour");
  std::string workspace = server.workspace(owner);
  std::string foreign = server.workspace(neighbour, "Voisin");
  const std::string analytics = "/api/workspaces/" + workspace + "/analytics";
  const std::string insights = "/api/insights/" + workspace;
};

TEST_F(InsightScenario, NothingSaidIsZerosWithoutRates) {
  server.talk(workspace, {{.feedback = 1}}, Channel::test);
  server.talk(foreign, {{}});
  const json::object body = read(analytics + "?period=7d");
  for (const char* zero : {"total_conversations", "total_messages", "unique_visitors"})
    EXPECT_EQ(body.at(zero).as_int64(), 0) << zero;
  for (const char* none : {"satisfaction_rate", "avg_response_time_ms", "avg_ttfb_ms",
                           "cache_hit_rate", "response_time_p95_ms", "ttfb_p50_ms"})
    EXPECT_TRUE(body.at(none).is_null()) << none;
  EXPECT_EQ(body.at("history").as_array().size(), 7U);
  EXPECT_THAT(points("?period=7d"), IsEmpty());
}

TEST_F(InsightScenario, DaysAreTheVisitors) {
  at("2026-11-18T22:59:00Z");  // 23:59 in Paris
  server.talk(workspace, {{.feedback = 1, .response_time_ms = 100, .ttfb_ms = 20}});
  at("2026-11-18T23:01:00Z");  // the 19th in Paris
  server.talk(workspace,
              {{.feedback = -1, .response_time_ms = 200, .ttfb_ms = 40},
               {.cached = true, .response_time_ms = 300, .ttfb_ms = 60}},
              Channel::widget, "anna");
  server.talk(workspace, {{.response_time_ms = 200, .ttfb_ms = 40}}, Channel::api, "anna");
  at("2026-11-20T12:00:00Z");
  EXPECT_THAT(points("?period=7d"), ElementsAre("2026-11-18 2/1/1", "2026-11-19 6/2/1"));
  const json::object body = read(analytics + "?period=7d");
  EXPECT_EQ(body.at("time_zone").as_string(), "Europe/Paris");
  EXPECT_EQ(body.at("from").as_string(), "2026-11-13T23:00:00.000000Z");
  EXPECT_EQ(body.at("to").as_string(), "2026-11-20T23:00:00.000000Z");
  EXPECT_EQ(body.at("total_conversations").as_int64(), 3);
  EXPECT_EQ(body.at("total_messages").as_int64(), 8);
  EXPECT_EQ(body.at("unique_visitors").as_int64(), 2);
  EXPECT_EQ(body.at("satisfaction_rate").as_double(), 50);
  EXPECT_EQ(body.at("avg_response_time_ms").as_double(), 200);
  EXPECT_EQ(body.at("response_time_p50_ms").as_double(), 200);
  EXPECT_NEAR(body.at("response_time_p95_ms").as_double(), 300, 1.5);
  EXPECT_EQ(body.at("ttfb_p50_ms").as_double(), 40);
  EXPECT_EQ(body.at("ttfb_p95_ms").as_double(), 60);
  EXPECT_EQ(body.at("cache_hit_rate").as_double(), 25);

  EXPECT_EQ(server
                .send("PATCH", "/api/workspaces/" + workspace + "/widget-config",
                      owner.access_token, {{"time_zone", "UTC"}})
                .status,
            200);
  EXPECT_THAT(points("?period=7d"), ElementsAre("2026-11-18 8/3/2")) << "another zone at once";
}

TEST_F(InsightScenario, PeriodsAndTheirPoints) {
  at("2026-11-20T12:34:56Z");
  server.talk(workspace, {{}});
  EXPECT_THAT(points("?period=24h"), ElementsAre("2026-11-20T12:00:00.000000Z 2/1/1"));
  const std::pair<const char*, std::size_t> lengths[] = {
      {"?period=24h", 24}, {"?period=7d", 7},   {"?period=30d", 30}, {"", 30},
      {"?period=3m", 92},  {"?period=6m", 184}, {"?period=1y", 365}};
  for (const auto& [query, length] : lengths) {
    EXPECT_EQ(point_count(query), length) << query;
    EXPECT_EQ(points(query).size(), 1U) << query;
  }
  EXPECT_THAT(points("?from=2026-11-20&to=2026-11-20"),
              ElementsAre("2026-11-20T12:00:00.000000Z 2/1/1"))
      << "a day is shown by hour";
  EXPECT_EQ(point_count("?from=2026-10-25&to=2026-10-25"), 25U) << "clocks go back";
  EXPECT_EQ(point_count("?from=2026-03-29&to=2026-03-29"), 23U) << "clocks go forward";
  EXPECT_THAT(points("?from=2026-11-19T11:00:00Z&to=2026-11-20T12:35:00Z"),
              ElementsAre("2026-11-20 2/1/1"));
  EXPECT_THAT(points("?from=2026-11-19T11:00:00Z&to=2026-11-20T12:34:00Z"), IsEmpty());
  EXPECT_EQ(points("?from=2026-11-19").size(), 1U);
  EXPECT_EQ(point_count("?from=2020-02-01&to=2026-11-20"), 2485U);
}

TEST_F(InsightScenario, WrongPeriodsAreNamed) {
  const std::pair<const char*, const char*> wrong[] = {
      {"?period=2d", "period"},
      {"?period=", "period"},
      {"?period=24H", "period"},
      {"?period=7d&from=2026-11-01", "period"},
      {"?to=2026-11-01", "from"},
      {"?from=2090-01-01", "from"},
      {"?from=x&to=2026-11-01", "from"},
      {"?from=2026-11-02&to=2026-10-01", "to"},
      {"?from=1026-11-02&to=2026-10-01", "to"},
      {"?from=2026-11-02&to=3026-10-01", "to"},
      {"?from=0001-01-01&to=9999-12-31", "to"},
      {"?from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z", "to"}};
  for (const auto& [query, field] : wrong)
    EXPECT_THAT(get(analytics + query).wrong_fields(), ElementsAre(field)) << query;
  for (const char* days : {"0", "-1", "3651", "x", "", "1.5", "99999999999"})
    EXPECT_THAT(get(insights + "?days=" + days).wrong_fields(), ElementsAre("days")) << days;
}

TEST_F(InsightScenario, DaysThatAreOverAreKeptAndStayTrue) {
  at("2026-11-18T12:00:00Z");
  const std::string old = server.talk(workspace, {{.score = 0.2, .feedback = 1}, {}});
  const std::string deleted = server.talk(workspace, {{}});
  at("2026-11-19T23:30:00Z");  // the 20th in Paris for half an hour
  EXPECT_EQ(point_count("?period=7d"), 7U);
  EXPECT_EQ(kept_days(), 5) << "the 19th is not settled, the 20th not over";
  at("2026-11-20T12:00:00Z");
  const auto figures = [&] {
    const json::object body = read(analytics + "?period=7d");
    return std::pair(body.at("total_messages").as_int64(),
                     body.at("satisfaction_rate").as_double());
  };
  EXPECT_EQ(figures(), std::pair(std::int64_t{6}, 100.0));
  EXPECT_EQ(kept_days(), 6);
  EXPECT_EQ(figures(), std::pair(std::int64_t{6}, 100.0)) << "from what is kept";
  EXPECT_EQ(*server.statistics().recount(*WorkspaceId::parse(workspace)), 0)
      << "the recount finds nothing to repair";

  // Votes and deletions of kept days.
  const WorkspaceId id = *WorkspaceId::parse(workspace);
  EXPECT_TRUE(server.conversations()
                  .set_feedback(id, *ConversationId::parse(old),
                                *MessageId::parse(server.message(old, 3)), -1)
                  .ok());
  EXPECT_EQ(figures(), std::pair(std::int64_t{6}, 50.0));
  EXPECT_EQ(server.call("DELETE", "/api/conversations/" + deleted, {owner.access_token}).status,
            204);
  EXPECT_EQ(figures(), std::pair(std::int64_t{4}, 50.0));
  at("2026-11-20T12:10:00Z");
  EXPECT_EQ(figures(), std::pair(std::int64_t{4}, 50.0));
  EXPECT_EQ(kept_days(), 6);
  EXPECT_EQ(*server.statistics().recount(id), 0);

  // What somebody changed behind our back is repaired.
  server.execute("UPDATE analytics_daily SET messages_count = 77 WHERE messages_count = 4");
  EXPECT_EQ(figures().first, 77);
  EXPECT_EQ(*server.statistics().recount(id), 1);
  EXPECT_EQ(figures(), std::pair(std::int64_t{4}, 50.0));
  EXPECT_TRUE(server.statistics().recount_all().ok());
  EXPECT_EQ(server.rows("SELECT count(*) FROM analytics_daily WHERE messages_count = 4 "
                        "AND conversations_count = 1 AND unique_visitors = 1 "
                        "AND satisfaction_rate = 50 AND avg_response_time_ms = 800"),
            1)
      << "the columns that reports read";
}

TEST_F(InsightScenario, MetricsFollowThePlan) {
  server.document(owner, workspace);
  server.talk(workspace, {{.score = 0.9, .feedback = 1}, {.score = 0.4, .feedback = -1}});
  server.talk(workspace, {{.asked = "Livrez-vous ?", .score = 0.1, .feedback = 1}});
  server.talk(workspace, {{.score = 0.0, .feedback = -1}}, Channel::test);
  server.talk(foreign, {{.score = 0.0, .feedback = -1}});
  const json::object body = read(insights);
  const json::object& metrics = body.at("metrics").as_object();
  EXPECT_EQ(metrics.at("satisfaction_rate").as_double(), 100.0 * 2 / 3);
  EXPECT_EQ(metrics.at("avg_rag_score").as_double(), 1.4e9 / 3e9);
  EXPECT_EQ(metrics.at("avg_messages_per_conversation").as_double(), 3);
  EXPECT_EQ(metrics.at("low_confidence_count").as_int64(), 2);
  EXPECT_EQ(metrics.at("total_conversations").as_int64(), 2);
  EXPECT_EQ(metrics.at("total_messages").as_int64(), 6);
  EXPECT_EQ(metrics.at("total_documents").as_int64(), 1);
  EXPECT_THAT(body.at("topics").as_array(), IsEmpty());
  json::object again = post(insights + "/recalculate").json().as_object();
  for (const char* name : {"satisfaction_rate", "avg_rag_score", "avg_messages_per_conversation",
                           "low_confidence_count", "total_messages", "total_documents"})
    EXPECT_EQ(again.at(name), metrics.at(name)) << name << ": equal to the last digit";
  EXPECT_EQ(server.rows("SELECT count(*) FROM insights_cache"), 1);
}

class TopicScenario : public InsightScenario {
 protected:
  void ask(const std::vector<std::string>& questions, Channel channel = Channel::widget) {
    for (const std::string& question : questions)
      last = server.talk(workspace, {{.asked = question}}, channel);
  }
  // Names by id.
  std::map<std::string, std::string> topics(const std::string& query = "") {
    std::map<std::string, std::string> found;
    body = read(insights + query);
    for (const json::value& each : body.at("topics").as_array())
      found[std::string(each.at("id").as_string())] = each.at("topic_name").as_string();
    return found;
  }
  const json::object& topic(std::size_t index) {
    return body.at("topics").as_array().at(index).as_object();
  }
  void recalculate() {
    const Reply reply = post(insights + "/recalculate");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_TRUE(reply.json().at("topics_fresh").as_bool());
  }
  const std::vector<std::string> kDelivery = {
      "livraison délai colis", "délai livraison colis Paris", "livraison colis délai ?",
      "Délai livraison colis", "colis livraison délai Lyon",  "bonjour livraison délai colis",
  };
  const std::vector<std::string> kReturns = {
      "retour remboursement article", "remboursement article retour",
      "article retour remboursement gratuit", "remboursement retour article ?"};
  std::string last;  // conversation
  json::object body;
};

TEST_F(TopicScenario, QuestionsBecomeTopics) {
  ask(kDelivery);
  ask(kReturns);
  ask({"bonjour", "merci", "cadeau"});
  ask({"secret secret", "secret secret", "secret secret"}, Channel::test);
  EXPECT_THAT(topics(), IsEmpty()) << "made hourly, or on demand";
  recalculate();
  const auto found = topics();
  ASSERT_EQ(found.size(), 2U) << json::serialize(body.at("topics"));
  EXPECT_EQ(topic(0).at("message_count").as_int64(), 6);
  EXPECT_THAT(std::string(topic(0).at("topic_name").as_string()), HasSubstr("livraison"));
  EXPECT_THAT(std::string(topic(1).at("topic_name").as_string()), HasSubstr("remboursement"));
  EXPECT_EQ(topic(1).at("message_count").as_int64(), 4);
  for (const json::value& sample : topic(1).at("sample_questions").as_array())
    EXPECT_THAT(kReturns, ::testing::Contains(std::string(sample.as_string())));
  const json::object& trend = topic(0).at("trend").as_object();
  EXPECT_EQ(trend.at("days").as_int64(), 30);
  EXPECT_EQ(trend.at("questions").as_int64(), 6);
  EXPECT_EQ(trend.at("questions_before").as_int64(), 0);
  EXPECT_EQ(trend.at("series").as_array().size(), 30U);
  EXPECT_EQ(trend.at("series").as_array().back().at("questions").as_int64(), 6);
  EXPECT_THAT(read("/api/insights/" + workspace).at("topics"), body.at("topics"));
  EXPECT_THAT(server.call("GET", "/api/insights/" + foreign, {neighbour.access_token}).body,
              ::testing::Not(HasSubstr("livraison")));
}

TEST_F(TopicScenario, ARecalculationWaitsForTheRunThatIsUnderWay) {
  ask(kDelivery);
  std::future<Reply> second;
  server.meanwhile_embedding([&] {
    second = std::async(std::launch::async, [this] { return post(insights + "/recalculate"); });
    second.wait_for(std::chrono::milliseconds(100));  // it would end at once
  });
  recalculate();
  EXPECT_TRUE(second.get().json().at("topics_fresh").as_bool());
}

TEST_F(TopicScenario, ATopicKeepsItsIdentity) {
  ask(kDelivery);
  ask(kReturns);
  recalculate();
  const auto before = topics();
  recalculate();
  EXPECT_EQ(topics(), before) << "nothing new was asked";
  ask({"délai colis livraison Marseille", "livraison colis délai Nantes"});
  ask({"facture TVA professionnel", "TVA facture professionnel", "professionnel facture TVA ?"});
  recalculate();
  auto after = topics();
  ASSERT_EQ(after.size(), 3U) << json::serialize(body.at("topics"));
  for (const auto& [id, name] : before) EXPECT_EQ(after[id], name);
  EXPECT_EQ(topic(0).at("message_count").as_int64(), 8);
}

TEST_F(TopicScenario, ADeletedConversationIsInNoTopic) {
  ask(kDelivery);
  ask({"facture TVA", "TVA facture", "facture TVA cassée"});
  recalculate();
  ASSERT_EQ(topics().size(), 2U);
  EXPECT_EQ(server.rows("SELECT count(*) FROM question_vectors"), 9);
  EXPECT_EQ(server.call("DELETE", "/api/conversations/" + last, {owner.access_token}).status, 204);
  recalculate();
  EXPECT_EQ(topics().size(), 1U) << "two questions are no topic";
  EXPECT_EQ(server.rows("SELECT count(*) FROM question_vectors"), 8);
  EXPECT_THAT(json::serialize(body.at("topics")), ::testing::Not(HasSubstr("cassée")));
}

TEST_F(InsightScenario, WeakAnswersAreGroupedByWhatTheyAsk) {
  server.talk(workspace, {{.asked = "Quels sont vos délais ?", .answered = "Hum.", .score = 0.3}});
  server.talk(workspace, {{.asked = "Livrez-vous en Suisse ?", .score = 0.2}});
  server.talk(workspace, {{.asked = "vos DELAIS", .answered = "Je ne sais pas.", .score = 0.1}});
  server.talk(workspace, {{.asked = "Sûr", .score = 0.8}});
  server.talk(workspace, {{.asked = "essai", .score = 0.1}}, Channel::test);
  server.talk(foreign, {{.asked = "voisin", .score = 0.1}});
  const json::object body = read(insights);
  const json::array& questions = body.at("low_confidence_questions").as_array();
  ASSERT_EQ(questions.size(), 3U);
  EXPECT_EQ(questions[0].at("question").as_string(), "vos DELAIS") << "the latest first";
  EXPECT_EQ(questions[0].at("answer").as_string(), "Je ne sais pas.");
  EXPECT_EQ(questions[0].at("rag_score").as_double(), 0.1);
  const json::array& groups = body.at("low_confidence_groups").as_array();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].at("questions_count").as_int64(), 2) << "the most asked first";
  EXPECT_EQ(groups[0].at("lowest_rag_score").as_double(), 0.1);
  EXPECT_EQ(groups[0].at("wordings"), (json::array{"vos DELAIS", "Quels sont vos délais ?"}));
  EXPECT_EQ(groups[0].at("group_id"), questions[0].at("group_id"));
  EXPECT_EQ(groups[1].at("question").as_string(), "Livrez-vous en Suisse ?");
  EXPECT_THAT(get(insights).body, ::testing::Not(HasSubstr("voisin")));
}

TEST_F(InsightScenario, ResolvingOneByOneAndAsAGroup) {
  const std::string first = server.talk(workspace, {{.asked = "Délais ?", .score = 0.3}});
  server.talk(workspace, {{.asked = "délai", .score = 0.2}});
  server.talk(workspace, {{.asked = "Délais ?", .score = 0.1}});
  const std::string stranger = server.talk(foreign, {{.asked = "Délais ?", .score = 0.1}});
  const auto left = [&] {
    return read(insights).at("metrics").at("low_confidence_count").as_int64();
  };
  const std::string resolve = insights + "/resolve/";
  EXPECT_EQ(post(resolve + server.message(first, 0)).code(), "message_not_found") << "a question";
  EXPECT_EQ(post(resolve + server.message(stranger, 1)).code(), "message_not_found");
  EXPECT_EQ(post(resolve + "x").code(), "message_not_found");
  EXPECT_EQ(left(), 3);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(post(resolve + server.message(first, 1)).status, 204) << "twice does no harm";
  EXPECT_EQ(left(), 2);
  const std::string group = insights + "/groups/" + question_group("Délais ?");
  EXPECT_EQ(post(group + "/resolve").json(), (json::object{{"resolved", 2}}));
  EXPECT_EQ(post(group + "/resolve").json(), (json::object{{"resolved", 0}}));
  EXPECT_EQ(left(), 0);
  EXPECT_THAT(read(insights).at("low_confidence_groups").as_array(), IsEmpty());
  EXPECT_EQ(server.rows("SELECT count(*) FROM messages WHERE rag_score < 0.5 AND role = "
                        "'assistant'"),
            4);
  const json::value messages = get("/api/conversations/" + first + "/messages").json();
  EXPECT_TRUE(messages.at("items").at(1).at("is_resolved").as_bool());
  EXPECT_EQ(get("/api/conversations/" + stranger).code(), "conversation_not_found");
}

TEST_F(InsightScenario, AnAddedAnswerIsADocumentThatIsChecked) {
  server.talk(workspace, {{.asked = "Livrez-vous en Corse ?", .score = 0.2}});
  server.talk(workspace, {{.asked = "la corse, livrez-vous", .score = 0.1}});
  const std::string group = insights + "/groups/" + question_group("Livrez-vous en Corse ?");
  json::value check = get(group + "/check").json();
  EXPECT_FALSE(check.at("answered_well").as_bool());
  ASSERT_EQ(check.at("questions").as_array().size(), 2U);

  const int jobs = server.jobs_added();
  const Reply added = server.send("POST", group + "/answer", owner.access_token,
                                  {{"answer", "  Oui, en **5 jours** ouvrés.  "}});
  ASSERT_EQ(added.status, 202) << added.body;
  EXPECT_EQ(added.text("filename"), "la corse, livrez-vous.md");
  EXPECT_EQ(added.text("status"), "pending");
  EXPECT_EQ(server.jobs_added(), jobs + 1);
  EXPECT_EQ(added.header("location"), "/api/documents/" + added.text("document_id"));
  EXPECT_EQ(get(added.header("location") + "/content").body,
            "# la corse, livrez-vous\n\nOui, en **5 jours** ouvrés.\n\n- Livrez-vous en Corse ?\n");

  server.answers_well(true);
  check = get(group + "/check").json();
  EXPECT_TRUE(check.at("answered_well").as_bool());
  const json::object& question = check.at("questions").at(0).as_object();
  EXPECT_EQ(question.at("rag_score_before").as_double(), 0.1);
  EXPECT_NEAR(question.at("rag_score").as_double(), 0.9, 1e-6);
  EXPECT_EQ(question.at("confidence").as_string(), "high");

  const std::string none = insights + "/groups/" + question_group("jamais demandé");
  EXPECT_EQ(get(none + "/check").code(), "group_not_found");
  EXPECT_EQ(server.send("POST", none + "/answer", owner.access_token, {{"answer", "x"}}).code(),
            "group_not_found");
  for (const json::value& body :
       {json::value(json::object{}), json::value(json::object{{"answer", " "}}),
        json::value(json::object{{"answer", 1}}),
        json::value(json::object{{"answer", std::string(20001, 'a')}})})
    EXPECT_THAT(server.send("POST", group + "/answer", owner.access_token, body).wrong_fields(),
                ElementsAre("answer"));
  EXPECT_EQ(server.rows("SELECT count(*) FROM documents"), 1);
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action = 'insights.answer'"), 1);
}

}  // namespace
}  // namespace monitora::scenarios
