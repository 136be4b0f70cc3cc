// The live hub over the real guards, use cases and stores: who may listen, what they hear, and what
// they must not. Transports are tested where they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "http/hub.h"
#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json::value text(const std::string& value) {
  return json::value(json::string(value));
}

// What a client is sent, record by record.
class Inbox final : public http::HubTransport {
 public:
  Kind kind() const override { return Kind::web_socket; }
  bool send(const Text& text) override {
    const std::lock_guard lock(mutex_);
    const auto sent = http::hub::Records(1 << 20).push(*text);
    for (const std::string& record : *sent) records_.push_back(json::parse(record).as_object());
    came_.notify_one();
    return reads;
  }
  void close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    came_.notify_one();
  }
  // The next one; empty once closed.
  json::object next() {
    std::unique_lock lock(mutex_);
    const bool any = came_.wait_for(lock, std::chrono::minutes(1),
                                    [this] { return closed_ || !records_.empty(); });
    EXPECT_TRUE(any) << "nothing came";
    if (records_.empty()) return {};
    json::object record = std::move(records_.front());
    records_.pop_front();
    return record;
  }
  bool is_closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  std::atomic<bool> reads = true;

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<json::object> records_;
  bool closed_ = false;
};

// A client with its handshake behind it.
class Listener {
 public:
  Listener(TestServer& server, const Person& person) {
    const Reply reply = server.call("POST", "/hubs/workspace/negotiate?negotiateVersion=1",
                                    {.token = person.access_token});
    EXPECT_EQ(reply.status, 200) << reply.body;
    client_ = *server.hub().find(reply.text("connectionToken"), *UserId::parse(person.id));
    const auto now = std::chrono::steady_clock::now();
    EXPECT_TRUE(client_->attach(inbox, now).ok());
    say(R"({"protocol":"json","version":1})");
    EXPECT_EQ(inbox->next(), json::object());
  }
  ~Listener() { client_->lost(); }

  void say(const std::string& record) {
    client_->receive(record + "\x1e", std::chrono::steady_clock::now());
  }
  // The completion of a call.
  json::object call(const std::string& method, const json::array& arguments) {
    say(json::serialize(json::object{
        {"type", 1}, {"invocationId", "1"}, {"target", method}, {"arguments", arguments}}));
    const json::object answer = inbox->next();
    EXPECT_EQ(answer.at("type").as_int64(), 3) << answer;
    return answer;
  }
  json::object subscribe(const std::string& workspace) {
    const json::object answer = call("Subscribe", {workspace});
    EXPECT_TRUE(answer.contains("result")) << answer;
    return answer.contains("result") ? answer.at("result").as_object() : json::object();
  }
  std::string refusal(const std::string& method, const json::array& arguments) {
    const json::object answer = call(method, arguments);
    const json::value* error = answer.if_contains("error");
    return error != nullptr ? std::string(error->as_string()) : "no error";
  }
  // The next event: its name, and its fields.
  std::pair<std::string, json::object> event() {
    const json::object record = inbox->next();
    if (!record.contains("target")) return {"", record};
    return {std::string(record.at("target").as_string()),
            record.at("arguments").as_array().at(0).as_object()};
  }

  http::HubClient& client() { return *client_; }

  const std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();

 private:
  std::shared_ptr<http::HubClient> client_;
};

class HubScenario : public ::testing::Test {
 protected:
  TestServer server;
  Person owner = server.person("owner");
  Person neighbour = server.person("neighbour");
  Person reader = server.lecteur("reader");
  std::string workspace = server.workspace(owner);
  std::string foreign = server.workspace(neighbour, "Voisin");
};

TEST_F(HubScenario, OnlyWhoIsSignedInNegotiates) {
  const auto negotiate = [&](const std::string& token) {
    return server.call("POST", "/hubs/workspace/negotiate?negotiateVersion=1", {.token = token});
  };
  const Reply reply = negotiate(reader.access_token);
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.text("connectionId"), reply.text("connectionToken"));
  EXPECT_THAT(reply.body, HasSubstr("WebSockets"));
  EXPECT_EQ(negotiate("").status, 401);
  EXPECT_EQ(negotiate("nonsense").status, 401);
  EXPECT_EQ(negotiate(server.api_key(owner, workspace)).status, 401);
  // A connection is its user's alone, and one that nobody began is none.
  const std::string token = reply.text("connectionToken");
  const std::string path = "/hubs/workspace?id=" + token;
  EXPECT_EQ(server.call("POST", path, {.token = owner.access_token}).code(),
            "hub_connection_not_found");
  EXPECT_EQ(server.call("GET", path, {.token = owner.access_token}).status, 404);
  EXPECT_EQ(server.call("DELETE", path, {.token = owner.access_token}).status, 404);
  EXPECT_EQ(server.call("GET", "/hubs/workspace?id=x", {.token = owner.access_token}).status, 404);
  EXPECT_EQ(server.call("GET", "/hubs/workspace", {.token = owner.access_token}).code(),
            "connection_id_required");
  EXPECT_EQ(server.call("POST", path, {.token = reader.access_token}).status, 409)
      << "it has no transport";
  EXPECT_EQ(server.call("DELETE", path, {.token = reader.access_token}).status, 202);
  EXPECT_EQ(server.call("DELETE", path, {.token = reader.access_token}).status, 404);
  // The token in the query is for connections, and for nothing else.
  EXPECT_EQ(server.call("GET", "/hubs/workspace?access_token=" + owner.access_token).status, 422);
  EXPECT_EQ(server.call("GET", "/api/auth/me?access_token=" + owner.access_token).status, 401);
}

TEST_F(HubScenario, AForeignPageIsSentAway) {
  const auto connect = [&](const char* origin) {
    return server.call(
        "GET", "/hubs/workspace",
        {.token = owner.access_token, .headers = {{"upgrade", "websocket"}, {"origin", origin}}});
  };
  EXPECT_EQ(connect("https://evil.example").code(), "foreign_origin");
  EXPECT_EQ(connect("https://chat.host.example").status, 101);
}

TEST_F(HubScenario, MembersHearAndNobodyElse) {
  server.invite(owner, workspace, reader.email, "lecteur");
  Listener admin(server, owner), lecteur(server, reader), stranger(server, neighbour);
  EXPECT_EQ(admin.subscribe(workspace).at("role"), "admin");
  EXPECT_EQ(lecteur.subscribe(workspace).at("role"), "lecteur");
  const std::string refused = stranger.refusal("Subscribe", {workspace});
  EXPECT_THAT(refused, StartsWith("workspace_not_found: "));
  EXPECT_EQ(stranger.refusal("Subscribe", {Uuid::random().to_string()}), refused);
  EXPECT_EQ(stranger.refusal("Subscribe", {"nonsense"}), refused);
  stranger.subscribe(foreign);

  const std::string document = server.document(owner, workspace);
  const std::string other = server.document(neighbour, foreign);
  server.look();
  for (Listener* each : {&admin, &lecteur}) {
    const auto [name, fields] = each->event();
    EXPECT_EQ(name, "documentStatusChanged");
    EXPECT_EQ(fields.at("document_id"), text(document));
    EXPECT_EQ(fields.at("workspace_id"), text(workspace));
  }
  EXPECT_EQ(stranger.event().second.at("document_id"), text(other))
      << "its own, and nothing before it";
}

TEST_F(HubScenario, DocumentsAndFiguresAreToldWithTheirFields) {
  Listener admin(server, owner);
  admin.subscribe(workspace);
  const std::string document = server.document(owner, workspace, {.filename = "cgv.txt"});
  server.look();
  auto [name, fields] = admin.event();
  EXPECT_EQ(name, "documentStatusChanged");
  EXPECT_EQ(fields.at("document_id"), text(document));
  EXPECT_EQ(fields.at("filename"), "cgv.txt");
  EXPECT_EQ(fields.at("status"), "pending");
  EXPECT_EQ(fields.at("chunk_count").as_int64(), 0);
  EXPECT_TRUE(fields.at("error").is_null());
  server.fail(workspace, document, {"Illisible.", "Unreadable."});
  server.look();
  std::tie(name, fields) = admin.event();
  EXPECT_EQ(fields.at("status"), "error");
  EXPECT_EQ(fields.at("error"), (json::object{{"fr", "Illisible."}, {"en", "Unreadable."}}));
  server.call("DELETE", "/api/documents/" + document, {.token = owner.access_token});
  server.look();
  std::tie(name, fields) = admin.event();
  EXPECT_EQ(name, "documentStatusChanged");
  EXPECT_EQ(fields.at("document_id"), text(document));
  EXPECT_EQ(fields.at("status"), "deleted");

  server.call("POST", "/api/insights/" + workspace + "/recalculate", {.token = owner.access_token});
  const std::string conversation = server.talk(workspace, {{}});
  server.call("DELETE", "/api/conversations/" + conversation, {.token = owner.access_token});
  server.look();
  std::tie(name, fields) = admin.event();
  EXPECT_EQ(name, "insightsUpdated");
  EXPECT_EQ(fields.at("reason"), "figures");
  while (fields.contains("reason") && fields.at("reason") == "figures")  // topics are figures, too
    std::tie(name, fields) = admin.event();
  EXPECT_EQ(name, "insightsUpdated") << "what is deleted already is not told as begun";
  EXPECT_EQ(fields.at("reason"), "conversation_deleted");
  EXPECT_EQ(fields.at("conversation_id"), text(conversation));
}

TEST_F(HubScenario, AConversationIsToldAsItGoesOn) {
  Listener admin(server, owner);
  admin.subscribe(workspace);
  const std::string conversation = server.talk(
      workspace, {{.asked = "Où ?", .answered = "Ici [1].", .score = 0.4}}, Channel::test);
  server.look();
  auto [name, fields] = admin.event();
  EXPECT_EQ(name, "conversationStarted");
  EXPECT_EQ(fields.at("conversation_id"), text(conversation));
  EXPECT_EQ(fields.at("workspace_id"), text(workspace));
  EXPECT_EQ(fields.at("channel"), "test");
  const std::int64_t sequence = fields.at("sequence").as_int64();
  EXPECT_GT(sequence, 0);
  std::vector<std::string> roles, contents;
  for (std::size_t i = 0; i < 2; ++i) {
    std::tie(name, fields) = admin.event();
    EXPECT_EQ(name, "messageCreated");
    EXPECT_EQ(fields.at("message_id"), text(server.message(conversation, i)));
    EXPECT_EQ(fields.at("conversation_id"), text(conversation));
    EXPECT_EQ(fields.at("channel"), "test");
    EXPECT_EQ(fields.at("sequence").as_int64(), sequence);
    EXPECT_FALSE(fields.contains("sources"));
    roles.emplace_back(fields.at("role").as_string());
    contents.emplace_back(fields.at("content").as_string());
  }
  EXPECT_THAT(roles, ElementsAre("user", "assistant"));
  EXPECT_THAT(contents, ElementsAre("Où ?", "Ici [1]."));
  EXPECT_EQ(fields.at("rag_score").as_double(), 0.4);

  const MessageId answer = *MessageId::parse(server.message(conversation, 1));
  ASSERT_TRUE(server.conversations()
                  .set_feedback(*WorkspaceId::parse(workspace),
                                *ConversationId::parse(conversation), answer, -1)
                  .ok());
  server.look();
  std::tie(name, fields) = admin.event();
  EXPECT_EQ(name, "insightsUpdated");
  EXPECT_EQ(fields.at("reason"), "feedback");
  EXPECT_EQ(fields.at("message_id"), text(answer.to_string()));
  EXPECT_EQ(fields.at("feedback").as_int64(), -1);
}

TEST_F(HubScenario, WhoUnsubscribesHearsNothingMore) {
  Listener admin(server, owner);
  const std::string second = server.workspace(owner, "Deux");
  admin.subscribe(workspace);
  admin.subscribe(workspace);
  admin.subscribe(second);
  EXPECT_TRUE(admin.call("Unsubscribe", {workspace}).at("result").is_null());
  server.document(owner, workspace);
  const std::string heard = server.document(owner, second);
  server.look();
  EXPECT_EQ(admin.event().second.at("document_id"), text(heard));
}

TEST_F(HubScenario, WhoWasAwayAsksForWhatItMissed) {
  Listener admin(server, owner);
  const std::int64_t heard = admin.subscribe(workspace).at("sequence").as_int64();
  server.clock().time += std::chrono::seconds(10);
  const std::string document = server.document(owner, workspace);
  server.document(neighbour, foreign);
  const std::string conversation = server.talk(workspace, {{}});
  const json::object result = admin.call("Subscribe", {workspace, heard}).at("result").as_object();
  EXPECT_EQ(result.at("complete"), true);
  std::vector<std::string> names;
  for (const json::value& each : result.at("missed").as_array()) {
    names.emplace_back(each.at("event").as_string());
    EXPECT_EQ(each.at("data").at("workspace_id"), text(workspace));
  }
  EXPECT_THAT(names, ElementsAre("documentStatusChanged", "conversationStarted", "messageCreated",
                                 "messageCreated"));
  const json::object again =
      admin.call("Subscribe", {workspace, result.at("sequence")}).at("result").as_object();
  EXPECT_EQ(again.at("complete"), true);
}

TEST_F(HubScenario, WhatIsTooOldOrTooMuchIsSaid) {
  Listener admin(server, owner);
  const std::int64_t heard = admin.subscribe(workspace).at("sequence").as_int64();
  const auto complete = [&](std::int64_t since) {
    const json::object result =
        admin.call("Subscribe", {workspace, since}).at("result").as_object();
    if (!result.at("complete").as_bool()) EXPECT_TRUE(result.at("missed").as_array().empty());
    return result.at("complete").as_bool();
  };
  EXPECT_TRUE(complete(heard));
  EXPECT_FALSE(complete(heard + 1000)) << "of another database";
  server.travel(server.clock().now() + std::chrono::hours(24), owner);
  EXPECT_FALSE(complete(heard));
}

TEST_F(HubScenario, WhatIsAskedWronglyIsAnError) {
  Listener admin(server, owner);
  for (const json::array& wrong :
       {json::array{}, json::array{1}, json::array{nullptr}, json::array{workspace, "x"},
        json::array{workspace, -1}, json::array{workspace, 1.5}, json::array{workspace, 1, 2},
        json::array{workspace, 1e300}})
    EXPECT_THAT(admin.refusal("Subscribe", wrong), StartsWith("bad_arguments: ")) << wrong;
  EXPECT_THAT(admin.refusal("DropTable", {workspace}), StartsWith("unknown_method: "));
  admin.say(R"({"type":4,"invocationId":"1","target":"Subscribe","arguments":[]})");
  EXPECT_THAT(std::string(admin.inbox->next().at("error").as_string()), StartsWith("no_stream: "));
  admin.say(R"({"type":6})");
  admin.say(R"({"type":99,"what":"later"})");
  admin.subscribe(workspace);
  admin.say("{");
  const json::object last = admin.inbox->next();
  EXPECT_EQ(last.at("type").as_int64(), 7) << last;
  EXPECT_THAT(std::string(last.at("error").as_string()), StartsWith("bad_message: "));
  EXPECT_TRUE(admin.inbox->is_closed());
  EXPECT_EQ(server.hub().clients(), 0U);
}

TEST_F(HubScenario, AClientThatDoesNotReadIsLetGoAndKeepsNobodyWaiting) {
  Listener slow(server, owner), quick(server, owner);
  slow.subscribe(workspace);
  quick.subscribe(workspace);
  slow.inbox->reads = false;
  server.document(owner, workspace);
  const std::string second = server.document(owner, workspace);
  server.look();
  quick.event();
  EXPECT_EQ(quick.event().second.at("document_id"), text(second));
  EXPECT_TRUE(slow.inbox->is_closed());
  EXPECT_EQ(server.hub().clients(), 1U);
}

TEST_F(HubScenario, AConnectionDoesNotOutliveItsSessionOrMembership) {
  server.invite(owner, workspace, reader.email, "lecteur");
  Listener admin(server, owner), lecteur(server, reader);
  admin.subscribe(workspace);
  lecteur.subscribe(workspace);
  server.hub().check_access();
  EXPECT_FALSE(admin.inbox->is_closed() || lecteur.inbox->is_closed());
  EXPECT_EQ(server
                .call("DELETE", "/api/workspaces/" + workspace + "/members/" + reader.id,
                      {.token = owner.access_token})
                .status,
            204);
  server.hub().check_access();
  EXPECT_EQ(lecteur.inbox->next().at("error"), "workspace_not_found");
  EXPECT_TRUE(lecteur.inbox->is_closed());
  EXPECT_FALSE(admin.inbox->is_closed());
  EXPECT_EQ(server.call("POST", "/api/auth/logout", {.token = owner.access_token}).status, 204);
  server.hub().check_access();
  const json::object last = admin.inbox->next();
  EXPECT_EQ(last.at("error"), "signed_out");
  EXPECT_EQ(last.at("allowReconnect"), true) << "with a fresh token it may";
  EXPECT_TRUE(admin.inbox->is_closed());
}

TEST_F(HubScenario, AWrongHandshakeIsAnswered) {
  const Reply reply = server.call("POST", "/hubs/workspace/negotiate?negotiateVersion=1",
                                  {.token = owner.access_token});
  const auto client = *server.hub().find(reply.text("connectionToken"), *UserId::parse(owner.id));
  const auto inbox = std::make_shared<Inbox>();
  const auto now = std::chrono::steady_clock::now();
  ASSERT_TRUE(client->attach(inbox, now).ok());
  client->receive("{\"protocol\":\"messagepack\",\"version\":1}\x1e", now);
  EXPECT_THAT(std::string(inbox->next().at("error").as_string()), StartsWith("bad_handshake: "));
  EXPECT_TRUE(inbox->is_closed());
}

TEST_F(HubScenario, SilenceEndsAConnectionAndPingsKeepIt) {
  using std::chrono::seconds;
  Listener admin(server, owner);
  const auto now = std::chrono::steady_clock::now();
  admin.client().tick(now + seconds(16));
  EXPECT_EQ(admin.inbox->next().at("type").as_int64(), 6);
  admin.client().receive("{\"type\":6}\x1e", now + seconds(80));
  admin.client().tick(now + seconds(100));
  EXPECT_FALSE(admin.inbox->is_closed());
  admin.client().tick(now + seconds(171));
  EXPECT_TRUE(admin.inbox->is_closed());
}

}  // namespace
}  // namespace monitora::scenarios
