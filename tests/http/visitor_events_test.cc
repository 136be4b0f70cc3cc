// What a visitor's widget hears of its own conversation, and what it must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"
#include "http/visitor_events.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Widget final : public http::EventSink {
 public:
  bool send(std::string_view event) override {
    const json::object fields = json::parse({event.data(), event.size()}).as_object();
    if (fields.at("type") == "handover") {
      states.emplace_back(fields.at("state").as_string());
    } else {
      heard.emplace_back(fields.at("content").as_string());
      last = fields;
    }
    return true;
  }
  void close() override { closed = true; }
  void on_disconnect(std::function<void()> callback) override {
    disconnected_ = std::move(callback);
  }

  void hang_up() {
    if (const auto callback = std::exchange(disconnected_, {})) callback();
  }

  std::vector<std::string> heard, states;
  json::object last;
  bool closed = false;

 private:
  std::function<void()> disconnected_;
};

class VisitorEvents : public ::testing::Test {
 protected:
  ~VisitorEvents() override {
    for (const auto& widget : widgets_) widget->hang_up();
  }
  Reply get(const std::string& query, const std::string& token, const std::string& in = "",
            const std::string& origin = "https://boutique.example",
            const std::string& address = "192.0.2.1",
            const std::shared_ptr<Widget>& widget = std::make_shared<Widget>()) {
    widgets_.push_back(widget);
    return server.call("GET", "/api/widget/" + (in.empty() ? workspace : in) + "/events?" + query,
                       {.headers = {{"origin", origin}, {"x-session-token", token}},
                        .address = address,
                        .sink = widget});
  }
  std::shared_ptr<Widget> open(const std::string& more = "") {
    server.look();  // at the workspace's own changes: they end a stream
    auto widget = std::make_shared<Widget>();
    const Reply reply =
        get("session_id=" + conversation + more, server.session_token(workspace, conversation), "",
            "https://boutique.example", "192.0.2.1", widget);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return widget;
  }
  // As a member answers.
  std::string write(const std::string& text, const std::string& to, const std::string& in) {
    Message message;
    message.id = MessageId::random();
    message.role = "assistant";
    message.content = text;
    message.metadata = R"({"author":{"id":"8c0b1b1e-5b0e-4b52-9d5c-0d1f3a6a0f11","name":"Anne"}})";
    Conversation found;
    found.id = *ConversationId::parse(to);
    EXPECT_TRUE(
        server.conversations().append(*WorkspaceId::parse(in), found, false, {message}).ok());
    return message.id.to_string();
  }
  std::string write(const std::string& text) { return write(text, conversation, workspace); }

  TestServer server;
  Person owner = server.person("owner");
  Person neighbour = server.person("neighbour");
  std::string workspace = make_workspace(owner);
  std::string foreign = make_workspace(neighbour);
  std::string conversation = server.talk(workspace, {{}});

 private:
  std::vector<std::shared_ptr<Widget>> widgets_;

  std::string make_workspace(const Person& person) {
    const std::string id = server.workspace(person);
    server.send("PATCH", "/api/workspaces/" + id, person.access_token,
                json::object{{"allowed_domains", json::array{"boutique.example"}}});
    return id;
  }
};

TEST_F(VisitorEvents, AVisitorHearsWhatAPersonWrites) {
  const auto widget = open();
  EXPECT_THAT(widget->heard, IsEmpty()) << "what was said before is not repeated";
  const std::string id = write("Bonjour, ici Anne.");
  server.look();
  EXPECT_THAT(widget->heard, ElementsAre("Bonjour, ici Anne."));
  EXPECT_EQ(widget->last.at("type"), "message");
  EXPECT_EQ(std::string(widget->last.at("id").as_string()), id);
  EXPECT_EQ(widget->last.at("role"), "assistant");
  EXPECT_EQ(widget->last.at("author"), (json::object{{"name", "Anne"}})) << "and no id of hers";
  write("Je regarde.");
  write("Voilà.");
  server.look();
  EXPECT_THAT(widget->heard, ElementsAre("Bonjour, ici Anne.", "Je regarde.", "Voilà."));
}

TEST_F(VisitorEvents, WhoAnswersIsToldAtFirstAndWhenItChanges) {
  const auto widget = open();
  EXPECT_THAT(widget->states, ElementsAre("bot"));
  const auto set = [&](Handover state) {
    EXPECT_TRUE(server.conversations()
                    .set_handover(*WorkspaceId::parse(workspace),
                                  *ConversationId::parse(conversation), state, "", false)
                    .ok());
    server.look();
  };
  set(Handover::requested);
  set(Handover::person);
  EXPECT_THAT(widget->states, ElementsAre("bot", "requested", "person"));
  write("Bonjour");
  server.look();
  EXPECT_THAT(widget->states, ElementsAre("bot", "requested", "person"));
  EXPECT_THAT(open()->states, ElementsAre("person"));
}

TEST_F(VisitorEvents, NothingOfTheChatbotNorOfAnybodyElse) {
  const auto widget = open();
  const std::string other = server.talk(workspace, {{}});
  const std::string strange = server.talk(foreign, {{}});
  write("À un autre visiteur", other, workspace);
  write("Chez le voisin", strange, foreign);
  Conversation mine;
  mine.id = *ConversationId::parse(conversation);
  Message said;
  said.role = "assistant";
  said.content = "Réponse du chatbot";
  said.metadata = R"({"extract":true})";
  Message asked = said;
  asked.role = "user";
  asked.content = R"({"author":{"name":"Visiteur"}})";
  asked.metadata = R"({"author":{"name":"Visiteur"}})";
  ASSERT_TRUE(server.conversations()
                  .append(*WorkspaceId::parse(workspace), mine, false, {asked, said})
                  .ok());
  write("À vous");
  server.look();
  EXPECT_THAT(widget->heard, ElementsAre("À vous"));
}

TEST_F(VisitorEvents, WhoWasAwayGoesOnWhereItWas) {
  const std::string first = write("Un");
  const std::string second = write("Deux");
  EXPECT_THAT(open("&after=" + server.message(conversation, 0))->heard, ElementsAre("Un", "Deux"));
  EXPECT_THAT(open("&after=" + first)->heard, ElementsAre("Deux"));
  EXPECT_THAT(open("&after=" + second)->heard, IsEmpty());
  const std::string token = server.session_token(workspace, conversation);
  const std::string session = "session_id=" + conversation;
  EXPECT_EQ(get(session + "&after=nonsense", token).code(), "message_not_found");
  const std::string other = server.talk(workspace, {{}});
  EXPECT_EQ(get(session + "&after=" + server.message(other, 0), token).code(), "message_not_found");
}

TEST_F(VisitorEvents, OnlyWithTheConversationsTokenFromAnAllowedPage) {
  const std::string token = server.session_token(workspace, conversation);
  const std::string session = "session_id=" + conversation;
  const std::string other = server.talk(workspace, {{}});
  EXPECT_EQ(get(session, token).status, 200);
  EXPECT_EQ(get(session, "").code(), "invalid_session_token");
  EXPECT_EQ(get(session, token + "x").code(), "invalid_session_token");
  EXPECT_EQ(get(session, server.session_token(workspace, other)).code(), "invalid_session_token");
  EXPECT_EQ(get("session_id=" + other, token).code(), "invalid_session_token");
  EXPECT_EQ(get("", token).code(), "invalid_session_token");
  EXPECT_EQ(get(session + "&X-Session-Token=" + token, "").status, 403) << "not in an address";
  EXPECT_EQ(get(session, token, foreign).code(), "invalid_session_token");
  EXPECT_EQ(get(session, token, "", "https://evil.example").code(), "domain_not_allowed");
  EXPECT_EQ(get(session, token, Uuid::random().to_string()).status, 404);
  server.send("PATCH", "/api/workspaces/" + workspace, owner.access_token,
              json::object{{"is_active", false}});
  EXPECT_EQ(get(session, token).code(), "workspace_disabled");
}

TEST_F(VisitorEvents, AStreamEndsWithItsConversationAndWhenTheWorkspaceChanges) {
  const auto widget = open();
  server.call("DELETE", "/api/conversations/" + conversation, {.token = owner.access_token});
  server.look();
  EXPECT_TRUE(widget->closed);
  conversation = server.talk(workspace, {{}});
  const auto next = open();
  server.send("PATCH", "/api/workspaces/" + workspace, owner.access_token,
              json::object{{"allowed_domains", json::array{"other.example"}}});
  server.look();
  EXPECT_TRUE(next->closed);
}

TEST_F(VisitorEvents, StreamsAreCounted) {
  const std::string token = server.session_token(workspace, conversation);
  std::vector<std::shared_ptr<Widget>> open;
  const auto ask = [&](const std::string& address) {
    open.push_back(std::make_shared<Widget>());
    return get("session_id=" + conversation, token, "", "https://boutique.example", address,
               open.back());
  };
  for (int i = 0; i < http::VisitorStreamCounts::kMostOfAddress; ++i) {
    server.clock().time += std::chrono::minutes(1);
    ASSERT_EQ(ask("192.0.2.7").status, 200) << i;
  }
  server.clock().time += std::chrono::minutes(1);
  EXPECT_EQ(ask("192.0.2.7").code(), "too_many_streams");
  EXPECT_EQ(ask("192.0.2.8").status, 200) << "of another address";
  open.front()->hang_up();
  EXPECT_EQ(ask("192.0.2.7").status, 200);
  // And opening one after the other is counted, too.
  int opened = 0;
  while (ask("192.0.2.9").status == 200) ASSERT_LT(++opened, 100);
  EXPECT_EQ(ask("192.0.2.9").status, 429);
}

}  // namespace
}  // namespace monitora::scenarios
