// JSON-RPC messages of anybody: no crash, and every body is a message or has its problem named.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>

#include "http/mcp_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::http;
  RpcMessage message;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto problem = parse_rpc(body, message);
  if (problem && problem->message.empty()) std::abort();
  // Every reply to it is JSON.
  const Response reply = rpc_error(400, message.id, RpcError::invalid_request, message.method);
  boost::system::error_code error;
  boost::json::parse(reply.body, error);
  if (error) std::abort();
  return 0;
}
