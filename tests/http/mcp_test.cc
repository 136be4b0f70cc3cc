// POST /mcp without a client: the protocol's corners. The official clients are in tests/server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

class McpScenario : public ::testing::Test {
 protected:
  Reply post(const json::value& message,
             std::vector<std::pair<std::string, std::string>> headers = {},
             const std::string& with = {}) {
    headers.emplace_back("content-type", "application/json");
    return server.call("POST", "/mcp",
                       {.token = with.empty() ? key : with,
                        .body = json::serialize(message),
                        .headers = std::move(headers)});
  }
  json::value call(const std::string& method, json::object params = {}) {
    return post({{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}}).json();
  }
  json::value tool(const std::string& name, json::object arguments) {
    return call("tools/call", {{"name", name}, {"arguments", arguments}});
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner, "Boutique");
  std::string key = server.api_key(owner, workspace);
};

TEST_F(McpScenario, BeginsWithoutASession) {
  const Reply reply = post({{"jsonrpc", "2.0"},
                            {"id", 1},
                            {"method", "initialize"},
                            {"params", {{"protocolVersion", "2025-06-18"}}}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("mcp-session-id"), "");
  EXPECT_EQ(reply.json().at("result").at("protocolVersion"), "2025-06-18");
  EXPECT_EQ(reply.json().at("result").at("serverInfo").at("title"), "Boutique");
  const Reply taken = post({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}});
  EXPECT_EQ(taken.status, 202);
  EXPECT_EQ(taken.body, "");
  EXPECT_EQ(call("tools/list").at("result").at("tools").as_array().size(), 2u);
  EXPECT_EQ(call("resources/list").at("error").at("code"), -32601);
  EXPECT_EQ(server.call("GET", "/mcp", {.token = key}).status, 405);
  EXPECT_EQ(server.call("DELETE", "/mcp", {.token = key}).status, 405);
}

TEST_F(McpScenario, ToolsAnswerOrSayWhatIsWrong) {
  json::value result = tool("search", {{"query", "horaires"}}).at("result");
  EXPECT_EQ(result.at("isError"), false);
  EXPECT_EQ(result.at("structuredContent").at("passages"), json::array());
  result = tool("ask", {{"question", "Horaires ?"}}).at("result");
  const json::value& answer = result.at("structuredContent");
  EXPECT_THAT(std::string(answer.at("answer").as_string()), HasSubstr("not found"));
  EXPECT_EQ(answer.at("confidence"), "low");
  EXPECT_EQ(server.rows("SELECT count(*) FROM conversations WHERE channel = 'api'"), 1);
  const json::value conversation = answer.at("conversation_id");
  EXPECT_EQ(tool("ask", {{"question", "Et demain ?"}, {"conversation_id", conversation}})
                .at("result")
                .at("structuredContent")
                .at("conversation_id"),
            conversation);
  const std::string visitor = server.talk(workspace, {{}});
  for (const json::value& bad :
       {tool("search", {}), tool("search", {{"query", " "}}),
        tool("search", {{"query", "a"}, {"limit", 21}}), tool("ask", {{"question", 5}}),
        tool("ask", {{"question", "a"}, {"conversation_id", visitor}}),
        tool("ask", {{"question", "a"}, {"conversation_id", "x"}})}) {
    EXPECT_EQ(bad.at("result").at("isError"), true) << json::serialize(bad);
    EXPECT_NE(bad.at("result").at("content").at(0).at("text"), "");
  }
  EXPECT_EQ(tool("delete", {}).at("error").at("code"), -32602);
}

TEST_F(McpScenario, RefusesPagesAndUnknownRevisions) {
  const json::value ping{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}};
  for (const char* origin : {"https://evil.example", "https://boutique.example", "null"})
    EXPECT_EQ(post(ping, {{"origin", origin}}).code(), "origin_not_allowed") << origin;
  EXPECT_EQ(post(ping, {{"origin", "https://chat.host.example"}}).status, 200);
  const Reply newer = post(ping, {{"mcp-protocol-version", "2199-01-01"}});
  EXPECT_EQ(newer.status, 400);
  EXPECT_EQ(newer.json().at("error").at("data").at("supported").at(1), "2025-06-18");
  EXPECT_EQ(post(ping, {{"mcp-protocol-version", "2025-03-26"}}).status, 200);
  const Reply batch = post(json::array{ping});
  EXPECT_EQ(batch.status, 400);
  EXPECT_EQ(batch.json().at("error").at("code"), -32600);
  EXPECT_EQ(post(ping, {}, "mk_none").code(), "invalid_api_key");
  EXPECT_EQ(post(ping, {}, owner.access_token).status, 401);
}

}  // namespace
}  // namespace monitora::scenarios
