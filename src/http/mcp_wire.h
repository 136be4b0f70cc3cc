// The Model Context Protocol over streamable HTTP, without sessions: JSON-RPC 2.0 messages and what
// this server says of itself. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "http/response.h"

namespace monitora::http {

// Revisions that begin with `initialize`, newest first.
std::span<const std::string_view> mcp_versions();
bool speaks_mcp(std::string_view version);

// JSON-RPC's error codes, and MCP's own.
enum class RpcError {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  unsupported_version = -32022
};

struct RpcMessage {
  boost::json::value id;  // null for a notification, and for a client's own response
  std::string method;     // "" for a response
  boost::json::object params;
};
// What is wrong with a body that is no message.
struct RpcProblem {
  RpcError code;
  std::string message;
  boost::json::value id;
};
std::optional<RpcProblem> parse_rpc(std::string_view body, RpcMessage& message);

Response rpc_result(const boost::json::value& id, boost::json::object result);
Response rpc_error(int status, const boost::json::value& id, RpcError code,
                   std::string_view message, boost::json::object data = {});

// `asked`: the revision that the client wants; the newest that both speak is answered.
boost::json::object mcp_initialized(std::string_view asked, std::string_view workspace_name);
boost::json::object mcp_tools(std::string_view workspace_name);
// The result of a tool: its object, and the same as text for clients that know no structure.
boost::json::object mcp_tool_result(boost::json::object structured);
// What went wrong inside a tool, in words that its model can act on.
boost::json::object mcp_tool_error(const Status& status, std::string_view language);

}  // namespace monitora::http
