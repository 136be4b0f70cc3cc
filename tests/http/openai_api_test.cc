// /v1 as programs call it: keys, models, completions and their errors. Answers with sources, and
// the official clients, are in tests/server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class OpenAiScenario : public ::testing::Test {
 protected:
  json::object error(const Reply& reply) {
    return reply.json().as_object().at("error").as_object();
  }
  Reply complete(json::object more = {}) {
    json::object body{
        {"model", workspace},
        {"messages", json::array{json::object{{"role", "user"}, {"content", "Délai ?"}}}}};
    for (auto& field : more) body[field.key()] = field.value();
    return server.send("POST", "/v1/chat/completions", key, body);
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner, "Boutique d'été");
  std::string foreign = server.workspace(owner, "Voisin");
  std::string key = server.api_key(owner, workspace);
};

TEST_F(OpenAiScenario, ModelsAreTheKeysOwnWorkspace) {
  const Reply list = server.call("GET", "/v1/models", {.token = key});
  ASSERT_EQ(list.status, 200) << list.body;
  const json::array data = list.json().at("data").as_array();
  ASSERT_EQ(data.size(), 1u);
  EXPECT_EQ(data[0].at("id").as_string(), workspace);
  EXPECT_EQ(data[0].at("created").as_int64(), 1'795'000'000);
  EXPECT_EQ(server.call("GET", "/v1/models/" + workspace, {.token = key}).json(), data[0]);
  EXPECT_EQ(server.call("GET", "/v1/models/Boutique%20d'%C3%A9t%C3%A9", {.token = key}).json(),
            data[0]);
  for (const std::string& other : {foreign, std::string("Voisin"), std::string("gpt-4o")}) {
    const Reply reply = server.call("GET", "/v1/models/" + other, {.token = key});
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(error(reply).at("code"), "model_not_found");
    const Reply asked = complete({{"model", other}});
    EXPECT_EQ(asked.status, 404);
    EXPECT_EQ(error(asked).at("param"), "model");
  }
}

TEST_F(OpenAiScenario, ACompletionIsStoredAsAConversationOfPrograms) {
  const Reply reply = complete({{"model", "Boutique d'été"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::value body = reply.json();
  EXPECT_EQ(body.at("object"), "chat.completion");
  EXPECT_EQ(body.at("model"), "Boutique d'été");
  EXPECT_EQ(body.at("created"), 1'795'000'000);
  const json::value& choice = body.at("choices").at(0);
  EXPECT_THAT(std::string(choice.at("message").at("content").as_string()), HasSubstr("pas trouvé"));
  EXPECT_EQ(choice.at("message").at("annotations"), json::array());
  EXPECT_EQ(choice.at("finish_reason"), "stop");
  EXPECT_EQ(body.at("usage"), (json::object{{"prompt_tokens", 1},
                                            {"completion_tokens", 1},
                                            {"total_tokens", 2},
                                            {"counted_by", "server"}}));
  const std::string id(body.at("id").as_string());
  EXPECT_EQ(server.rows("SELECT count(*) FROM messages m JOIN conversations c ON "
                        "c.id = m.conversation_id WHERE c.channel = 'api' AND m.id = '" +
                        id.substr(9) + "'"),
            1)
      << "the answer is found by the completion's id";
}

TEST_F(OpenAiScenario, AStreamIsChunksThenDone) {
  const Reply reply = complete({{"stream", true}, {"stream_options", {{"include_usage", true}}}});
  ASSERT_EQ(reply.status, 200);
  std::vector<json::value> chunks;
  std::string_view rest = reply.body;
  while (!rest.starts_with("data: [DONE]\n\n")) {
    const std::size_t end = rest.find("\n\n");
    ASSERT_NE(end, std::string_view::npos) << reply.body;
    chunks.push_back(json::parse(rest.substr(6, end - 6)));
    rest.remove_prefix(end + 2);
  }
  ASSERT_GE(chunks.size(), 4u);
  EXPECT_EQ(chunks[0].at("choices").at(0).at("delta").at("role"), "assistant");
  EXPECT_EQ(chunks[chunks.size() - 2].at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(chunks.back().at("usage").at("total_tokens"), 2);
  for (const json::value& chunk : chunks) EXPECT_EQ(chunk.at("id"), chunks[0].at("id"));
  EXPECT_THAT(complete({{"stream", true}}).body, Not(HasSubstr("usage")));
}

TEST_F(OpenAiScenario, ErrorsHaveTheirEnvelope) {
  struct Case {
    const char* method;
    const char* path;
    std::string token, body, type;
    int status;
    const char* code;
  };
  const std::string json_type = "application/json";
  for (const Case& each : std::vector<Case>{
           {"GET", "/v1/models", "", "", "", 401, "not_signed_in"},
           {"GET", "/v1/models", "mk_none", "", "", 401, "invalid_api_key"},
           {"GET", "/v1/models", owner.access_token, "", "", 401, "invalid_api_key"},
           {"GET", "/v1/responses", key, "", "", 404, "not_found"},
           {"GET", "/v1/chat/completions", key, "", "", 405, "method_not_allowed"},
           {"POST", "/v1/chat/completions", key, "{", json_type, 400, "malformed_json"},
           {"POST", "/v1/chat/completions", key, "{}", json_type, 400, "invalid_fields"},
           {"POST", "/v1/chat/completions", key, "{}", "text/plain", 415, "unsupported_media_type"},
           {"POST", "/v1/embeddings", key, "{}", json_type, 400, "invalid_fields"}}) {
    const Reply reply = server.call(
        each.method, each.path,
        {.token = each.token, .body = each.body, .headers = {{"content-type", each.type}}});
    EXPECT_EQ(reply.status, each.status) << each.path << reply.body;
    EXPECT_EQ(error(reply).at("code"), each.code) << each.path;
    EXPECT_EQ(reply.json().as_object().size(), 1u);
  }
}

TEST_F(OpenAiScenario, AKeyHasItsLimitAndItsEnd) {
  for (int i = 0; i < 600; ++i)
    ASSERT_EQ(server.call("GET", "/v1/models", {.token = key}).status, 200);
  const Reply over = server.call("GET", "/v1/models", {.token = key});
  EXPECT_EQ(over.status, 429);
  EXPECT_EQ(error(over).at("code"), "rate_limit_exceeded");
  EXPECT_NE(over.header("retry-after"), "");
  EXPECT_EQ(server.call("GET", "/v1/models", {.token = server.api_key(owner, foreign)}).status, 200)
      << "nobody else is affected";
  EXPECT_EQ(server.rows("SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL"), 2);
}

TEST_F(OpenAiScenario, ASwitchedOffChatbotAnswersNoProgram) {
  ASSERT_EQ(
      server
          .send("PATCH", "/api/workspaces/" + workspace, owner.access_token, {{"is_active", false}})
          .status,
      200);
  EXPECT_EQ(complete().status, 403);
  EXPECT_EQ(error(complete()).at("code"), "workspace_disabled");
  EXPECT_EQ(server.call("GET", "/v1/models", {.token = key}).status, 403);
}

TEST_F(OpenAiScenario, EmbeddingsOfTheBuiltInModel) {
  const auto embed = [&](json::object body) {
    return server.send("POST", "/v1/embeddings", key, body);
  };
  const json::value both = embed({{"model", "blunt"}, {"input", {"a", "b"}}}).json();
  EXPECT_EQ(both.at("data").as_array().size(), 2u);
  EXPECT_EQ(both.at("data").at(1).at("index"), 1);
  EXPECT_EQ(both.at("data").at(1).at("embedding"), json::array{1.0});
  EXPECT_EQ(both.at("model"), "blunt");
  EXPECT_EQ(both.at("usage").at("total_tokens"), 2);
  const json::value one =
      embed({{"model", workspace}, {"input", "a"}, {"encoding_format", "base64"}}).json();
  EXPECT_EQ(one.at("data").at(0).at("embedding"), "AACAPw==");
  EXPECT_EQ(embed({{"model", foreign}, {"input", "a"}}).status, 404);
}

}  // namespace
}  // namespace monitora::scenarios
