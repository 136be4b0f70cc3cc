// Webhooks as their workspace's admin sees them. How they are sent is in tests/contract and, over
// the network, in tests/server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class WebhookScenario : public ::testing::Test {
 protected:
  Reply create(const json::value& body) {
    return server.send("POST", hooks, owner.access_token, body);
  }
  Reply call(const std::string& method, const std::string& path) {
    return server.call(method, path, {.token = owner.access_token});
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
  std::string hooks = "/api/workspaces/" + workspace + "/webhooks";
  const json::value good{{"url", "https://recepteur.example/crochet"},
                         {"events", {"feedback.negative", "conversation.created"}}};
};

TEST_F(WebhookScenario, TheSecretIsShownOnce) {
  const Reply made = create(good);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string secret = made.text("secret");
  EXPECT_TRUE(secret.starts_with("whsec_")) << secret;
  const std::string one = hooks + "/" + made.text("id");
  for (const std::string& path : {hooks, one})
    EXPECT_THAT(call("GET", path).body, Not(HasSubstr("secret"))) << path;
  const Reply rotated = call("POST", one + "/rotate-secret");
  EXPECT_EQ(rotated.status, 200);
  EXPECT_NE(rotated.text("secret"), secret);
  EXPECT_EQ(rotated.text("previous_expires_at"),
            format_time(server.clock().time + std::chrono::hours(24)));
  EXPECT_EQ(server.rows("SELECT count(*) FROM webhooks WHERE secret_encrypted LIKE 'x1.%' AND "
                        "previous_secret_encrypted LIKE 'x1.%'"),
            1);
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action LIKE 'webhook.%'"), 2);
}

TEST_F(WebhookScenario, WhatIsWrongIsNamed) {
  const auto wrong = [&](json::object body) { return create(body).wrong_fields(); };
  EXPECT_THAT(wrong({{"url", "https://intern/"}, {"events", {"feedback.negative"}}}),
              ElementsAre("url"));
  EXPECT_THAT(wrong({{"events", {"feedback.negative"}}}), ElementsAre("url"));
  EXPECT_THAT(wrong({{"url", "https://a.example"}}), ElementsAre("events"));
  EXPECT_THAT(wrong({{"url", "https://a.example"}, {"events", {"everything"}}}),
              ElementsAre("events"));
  EXPECT_THAT(wrong({{"url", "https://a.example"}, {"events", "feedback.negative"}}),
              ElementsAre("events"));
  EXPECT_THAT(wrong({{"url", "https://a.example"}, {"events", {"feedback.negative"}}, {"x", 1}}),
              ElementsAre("x"));
  const std::string one = hooks + "/" + create(good).text("id");
  const auto patch = [&](json::object body) {
    return server.send("PATCH", one, owner.access_token, body);
  };
  for (const char* name : {"url", "events", "is_enabled"})
    EXPECT_THAT(patch({{name, nullptr}}).wrong_fields(), ElementsAre(name));
  EXPECT_THAT(patch({{"url", "https://intern/"}}).wrong_fields(), ElementsAre("url"));
  EXPECT_THAT(patch({{"secret", "mine"}}).wrong_fields(), ElementsAre("secret"));
  EXPECT_EQ(patch({{"events", {"feedback.negative"}}}).json().at("events"),
            (json::array{"feedback.negative"}));
  EXPECT_EQ(patch({{"is_enabled", false}}).json().at("is_enabled"), false);
  EXPECT_EQ(patch({}).json().at("url"), "https://recepteur.example/crochet");
  EXPECT_EQ(call("DELETE", one).status, 204);
  EXPECT_EQ(call("GET", one).code(), "webhook_not_found");
}

TEST_F(WebhookScenario, ATestSaysAtOnceWhatTheReceiverAnswered) {
  const std::string one = hooks + "/" + create(good).text("id");
  json::value sent = call("POST", one + "/test").json();
  EXPECT_EQ(sent.at("status"), "delivered");
  EXPECT_EQ(sent.at("response_status"), 204);
  EXPECT_EQ(sent.at("payload").at("type"), "webhook.test");
  EXPECT_TRUE(sent.at("error").is_null());
  server.clock().time += std::chrono::seconds(1);
  server.receivers_answer(302);
  sent = call("POST", one + "/test").json();
  EXPECT_EQ(sent.at("status"), "failed");
  EXPECT_THAT(std::string(sent.at("error").as_string()), HasSubstr("redirects are not followed"));
  const json::value list = call("GET", one + "/deliveries").json();
  ASSERT_EQ(list.at("items").as_array().size(), 2u);
  EXPECT_EQ(list.at("items").at(0), sent) << "the latest first";
}

TEST_F(WebhookScenario, WhatVisitorsDoIsQueuedForThem) {
  const std::string one = hooks + "/" + create(good).text("id");
  server.talk(workspace, {{.asked = "Question-secrete", .score = 0.9}});
  server.talk(workspace, {{.score = 0.9}}, Channel::test);
  const Reply reply = call("GET", one + "/deliveries");
  const json::value list = reply.json();
  ASSERT_EQ(list.at("items").as_array().size(), 1u);
  const json::value& delivery = list.at("items").at(0);
  EXPECT_EQ(delivery.at("event").as_string(), "conversation.created");
  EXPECT_EQ(delivery.at("status").as_string(), "pending");
  EXPECT_EQ(std::string(delivery.at("payload").at("workspace_id").as_string()), workspace);
  EXPECT_EQ(delivery.at("payload").at("data").at("channel").as_string(), "widget");
  EXPECT_THAT(reply.body, Not(HasSubstr("Question-secrete")));
}

}  // namespace
}  // namespace monitora::scenarios
