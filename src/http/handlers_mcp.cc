#include "http/handlers_mcp.h"

#include <algorithm>
#include <boost/json.hpp>

#include "app/passage_search.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/allowed_origin.h"
#include "http/chat_wire.h"
#include "http/client_turn.h"
#include "http/fields.h"
#include "http/guards.h"
#include "http/handlers_chat.h"
#include "http/handlers_openai.h"
#include "http/mcp_wire.h"
#include "ports/conversation_store.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr int kPassages = 8;
constexpr int kMostPassages = 20;

// Scores with so many digits that mean something.
double rounded(double value) {
  return static_cast<double>(static_cast<std::int64_t>(value * 10'000 + (value < 0 ? -0.5 : 0.5))) /
         10'000;
}

json::object passages_json(const Retrieved& found) {
  json::array passages;
  for (const Passage& passage : found.passages) {
    json::object one{{"index", passages.size() + 1},
                     {"document_id", passage.document_id.to_string()},
                     {"filename", passage.filename},
                     {"text", passage.content},
                     {"score", rounded(passage.score)}};
    if (passage.place.page) one["page"] = *passage.place.page;
    if (!passage.place.heading.empty()) one["heading"] = passage.place.heading;
    passages.push_back(std::move(one));
  }
  return {{"passages", std::move(passages)},
          {"answerable", rounded(std::clamp(found.answerable, 0.F, 1.F))}};
}

json::object answer_json(const ChatAnswer& answer) {
  return {{"answer", answer.text},
          {"sources", to_json(answer.sources)},
          {"confidence", confidence_of(answer.rag_score)},
          {"rag_score", rounded(answer.rag_score)},
          {"conversation_id", answer.conversation_id.to_string()},
          {"message_id", answer.message_id.to_string()}};
}

Result<int> limit_of(const json::object& arguments) {
  const json::value* value = arguments.if_contains("limit");
  if (value == nullptr || value->is_null()) return kPassages;
  boost::system::error_code error;
  const int limit = value->to_number<int>(error);
  if (error || limit < 1 || limit > kMostPassages)
    return Status::invalid(
        "limit", {"Valeur attendue : un nombre de 1 à 20.", "Expected a number from 1 to 20."});
  return limit;
}

Result<Response> search(const McpRoutes& parts, const Workspace& workspace,
                        const RpcMessage& message, const json::object& arguments) {
  Fields fields(arguments);
  const std::string query = fields.required_message("query", kLongestMessage);
  MONITORA_TRY(fields.finish(Unknown::ignored));
  MONITORA_ASSIGN(const int limit, limit_of(arguments));
  MONITORA_ASSIGN(const Retrieved found,
                  search_passages(parts.embedder, parts.retriever, workspace, query, limit));
  return rpc_result(message.id, mcp_tool_result(passages_json(found)));
}

Result<Response> ask(const McpRoutes& parts, const Workspace& workspace, const RpcMessage& message,
                     const json::object& arguments, const Request& request) {
  Fields fields(arguments);
  ChatQuestion question;
  question.text = fields.required_message("question", kLongestMessage);
  const std::string conversation = fields.optional_text("conversation_id", 64);
  MONITORA_TRY(fields.finish(Unknown::ignored));
  question.workspace = workspace;
  question.channel = Channel::api;
  question.language = request.language;
  question.visitor_id = "key:" + request.principal.key->id.to_string();
  if (!conversation.empty()) {
    const auto id = ConversationId::parse(conversation);
    if (!id) return Status::not_found("conversation_not_found");
    MONITORA_ASSIGN(const Conversation found, parts.conversations.find(workspace.id, *id));
    if (found.visitor_id != question.visitor_id) return Status::not_found("conversation_not_found");
    question.conversation = *id;
  }
  return answer_when_done(parts.chat, parts.workers, std::move(question),
                          watch_key(parts.events, request.principal),
                          [id = message.id, language = request.language,
                           request_id = request.request_id](const Result<ChatAnswer>& answer) {
                            if (answer.ok())
                              return rpc_result(id, mcp_tool_result(answer_json(*answer)));
                            log::warning("request {}: {}", request_id, answer.status().to_string());
                            return rpc_result(id, mcp_tool_error(answer.status(), language));
                          });
}

// Whatever goes wrong inside a tool is told to the model that called it.
Result<Response> call_tool(const McpRoutes& parts, const Workspace& workspace,
                           const RpcMessage& message, const Request& request) {
  const json::value* name = message.params.if_contains("name");
  const json::value* given = message.params.if_contains("arguments");
  if (given != nullptr && !given->is_object())
    return rpc_error(200, message.id, RpcError::invalid_params, "Expected arguments by name");
  const json::object arguments = given ? given->as_object() : json::object();
  Result<Response> done = Status::internal({});
  if (name != nullptr && *name == "search")
    done = search(parts, workspace, message, arguments);
  else if (name != nullptr && *name == "ask")
    done = ask(parts, workspace, message, arguments, request);
  else
    return rpc_error(200, message.id, RpcError::invalid_params, "Unknown tool");
  if (done.ok()) return done;
  const Code code = done.status().code();
  if (code != Code::invalid_argument && code != Code::not_found)
    log::warning("request {}: {}", request.request_id, done.status().to_string());
  return rpc_result(message.id, mcp_tool_error(done.status(), request.language));
}

// A page in a browser calls only from this server's own address as the operator wrote it down: what
// Host says is the page's word (DNS rebinding).
Status check_origin(const McpRoutes& parts, const Request& request) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return {};
  if (!parts.public_url.empty() &&
      normalize_origin(origin) == normalize_origin(own_origin(request, parts.public_url)))
    return {};
  return Status(Code::permission_denied, "origin_not_allowed",
                {"Cette page ne peut pas utiliser ce serveur MCP.",
                 "This page may not use this MCP server."});
}

Result<Response> post_mcp(const McpRoutes& parts, const Request& request) {
  MONITORA_TRY(check_origin(parts, request));
  MONITORA_ASSIGN(const Workspace workspace, workspace_of_key(parts.workspaces, request));
  RpcMessage message;
  if (const auto problem = parse_rpc(request.body, message))
    return rpc_error(400, problem->id, problem->code, problem->message);
  const std::string_view version = request.header("mcp-protocol-version");
  if (!version.empty() && !speaks_mcp(version)) {
    const auto spoken = mcp_versions();
    return rpc_error(
        400, message.id, RpcError::unsupported_version, "Unsupported protocol version",
        {{"supported", json::array(spoken.begin(), spoken.end())}, {"requested", version}});
  }
  if (message.id.is_null() || message.method.empty()) {
    Response accepted;  // a notification, or a response: nothing to say
    accepted.status = 202;
    return accepted;
  }
  if (message.method == "initialize") {
    const json::value* asked = message.params.if_contains("protocolVersion");
    return rpc_result(
        message.id,
        mcp_initialized(asked && asked->is_string() ? std::string_view(asked->as_string()) : "",
                        workspace.name));
  }
  if (message.method == "ping") return rpc_result(message.id, {});
  if (message.method == "tools/list") return rpc_result(message.id, mcp_tools(workspace.name));
  if (message.method == "tools/call") return call_tool(parts, workspace, message, request);
  return rpc_error(200, message.id, RpcError::method_not_found, "Method not found");
}

}  // namespace

void add_mcp_routes(Router& router, const McpRoutes& parts) {
  router.add({.method = Method::post,
              .pattern = "/mcp",
              .access = Access::key,
              .handler = [parts](const Request& request) { return post_mcp(parts, request); },
              .body_limit = 256 << 10});
}

}  // namespace monitora::http
