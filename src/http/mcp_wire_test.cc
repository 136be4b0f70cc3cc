#include "http/mcp_wire.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace monitora::http {
namespace {

namespace json = boost::json;

TEST(McpWire, MessagesAreReadOrNamedWrong) {
  RpcMessage message;
  ASSERT_FALSE(
      parse_rpc(R"({"jsonrpc":"2.0","id":"a","method":"ping","params":{"x":1}})", message));
  EXPECT_EQ(message.id, "a");
  EXPECT_EQ(message.method, "ping");
  EXPECT_EQ(message.params.at("x"), 1);
  message = {};
  ASSERT_FALSE(parse_rpc(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", message));
  EXPECT_TRUE(message.id.is_null());
  message = {};
  ASSERT_FALSE(parse_rpc(R"({"jsonrpc":"2.0","id":1,"result":{}})", message));
  EXPECT_EQ(message.method, "");
  struct Case {
    const char* body;
    RpcError code;
  };
  for (const Case& each : std::vector<Case>{
           {"", RpcError::parse_error},
           {"{", RpcError::parse_error},
           {"[]", RpcError::invalid_request},
           {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", RpcError::invalid_request},
           {R"({"id":1,"method":"ping"})", RpcError::invalid_request},
           {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", RpcError::invalid_request},
           {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", RpcError::invalid_request},
           {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", RpcError::invalid_request},
           {R"({"jsonrpc":"2.0","id":1})", RpcError::invalid_request},
           {R"({"jsonrpc":"2.0","id":1,"method":""})", RpcError::invalid_request},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})",
            RpcError::invalid_params}}) {
    RpcMessage read;
    const auto problem = parse_rpc(each.body, read);
    ASSERT_TRUE(problem.has_value()) << each.body;
    EXPECT_EQ(problem->code, each.code) << each.body;
  }
}

TEST(McpWire, TheRevisionIsTheClientsOrOurNewest) {
  const auto answered = [](std::string_view asked) {
    return std::string(mcp_initialized(asked, "Boutique").at("protocolVersion").as_string());
  };
  EXPECT_EQ(answered("2025-06-18"), "2025-06-18");
  EXPECT_EQ(answered("2025-03-26"), "2025-03-26");
  EXPECT_EQ(answered("2199-01-01"), "2025-11-25");
  EXPECT_EQ(answered(""), "2025-11-25");
  EXPECT_FALSE(speaks_mcp("2024-11-05")) << "another transport";
}

TEST(McpWire, ToolsSayWhatTheyTake) {
  const json::object listed = mcp_tools("Boutique");
  const json::array& tools = listed.at("tools").as_array();
  ASSERT_EQ(tools.size(), 2u);
  for (const json::value& tool : tools) {
    EXPECT_EQ(tool.at("inputSchema").at("type"), "object");
    EXPECT_EQ(tool.at("inputSchema").at("required").as_array().size(), 1u);
    EXPECT_EQ(tool.at("outputSchema").at("type"), "object");
    EXPECT_NE(json::serialize(tool.at("description")).find("Boutique"), std::string::npos);
  }
  const json::object result = mcp_tool_result({{"answer", "oui"}});
  EXPECT_EQ(result.at("content").at(0).at("text"), R"({"answer":"oui"})");
  const json::object error = mcp_tool_error(Status::internal("SELECT secret"), "fr");
  EXPECT_EQ(error.at("isError"), true);
  EXPECT_EQ(json::serialize(error).find("SELECT"), std::string::npos);
}

}  // namespace
}  // namespace monitora::http
