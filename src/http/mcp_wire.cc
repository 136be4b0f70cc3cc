#include "http/mcp_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/text.h"
#include "domain/json_text.h"
#include "http/handlers_chat.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr int kMostPassages = 20;

json::object text_schema(std::string_view description) {
  return {{"type", "string"}, {"description", description}};
}
json::object typed(std::string_view type) {
  return {{"type", type}};
}

json::object question_schema(std::string_view description) {
  json::object schema = text_schema(description);
  schema["minLength"] = 1;
  schema["maxLength"] = kLongestMessage;
  return schema;
}

json::object object_schema(json::object properties, json::array required) {
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json::object list_of(json::object item) {
  return {{"type", "array"}, {"items", std::move(item)}};
}

// A source is a passage as it is cited: an excerpt instead of the text, and no score.
json::object passage_schema(bool whole) {
  json::object properties{{"index", typed("integer")},
                          {"document_id", typed("string")},
                          {"filename", typed("string")},
                          {"page", typed("integer")}};
  json::array required{"index", "document_id", "filename"};
  if (whole) {
    properties["heading"] = typed("string");
    properties["text"] = typed("string");
    properties["score"] = text_schema("higher is nearer");
    properties["score"].as_object()["type"] = "number";
    required.insert(required.end(), {"text", "score"});
  } else {
    properties["excerpt"] = typed("string");
    required.push_back("excerpt");
  }
  return object_schema(std::move(properties), std::move(required));
}

json::object search_tool(std::string_view workspace) {
  json::object limit = typed("integer");
  limit["minimum"] = 1;
  limit["maximum"] = kMostPassages;
  limit["default"] = 8;
  return {
      {"name", "search"},
      {"title", "Search"},
      {"description",
       fmt::format("Finds the passages of the documents of \"{}\" that are nearest to a question, "
                   "with their sources and scores.",
                   workspace)},
      {"inputSchema", object_schema({{"query", question_schema("What to look for, in French or "
                                                               "English, as a question or words")},
                                     {"limit", std::move(limit)}},
                                    {"query"})},
      {"outputSchema",
       object_schema({{"passages", list_of(passage_schema(true))},
                      {"answerable", json::object{{"type", "number"},
                                                  {"description",
                                                   "probability that the passages hold the answer, "
                                                   "0 to 1"}}}},
                     {"passages", "answerable"})},
      {"annotations", json::object{{"readOnlyHint", true}, {"openWorldHint", false}}}};
}

json::object ask_tool(std::string_view workspace) {
  return {
      {"name", "ask"},
      {"title", "Ask"},
      {"description",
       fmt::format("Answers a question from the documents of \"{}\", citing its sources as [1], "
                   "[2]. Give conversation_id to go on with an earlier answer.",
                   workspace)},
      {"inputSchema",
       object_schema({{"question", question_schema("The question, in French or English")},
                      {"conversation_id", text_schema("of an earlier answer")}},
                     {"question"})},
      {"outputSchema", object_schema({{"answer", typed("string")},
                                      {"sources", list_of(passage_schema(false))},
                                      {"confidence", text_schema("high, medium or low")},
                                      {"rag_score", typed("number")},
                                      {"conversation_id", typed("string")},
                                      {"message_id", typed("string")}},
                                     {"answer", "sources", "confidence", "conversation_id"})},
      // What is asked is kept among the workspace's conversations.
      {"annotations",
       json::object{
           {"readOnlyHint", false}, {"destructiveHint", false}, {"openWorldHint", false}}}};
}

}  // namespace

std::span<const std::string_view> mcp_versions() {
  static constexpr std::array<std::string_view, 3> kVersions = {"2025-11-25", "2025-06-18",
                                                                "2025-03-26"};
  return kVersions;
}

bool speaks_mcp(std::string_view version) {
  return std::ranges::find(mcp_versions(), version) != mcp_versions().end();
}

std::optional<RpcProblem> parse_rpc(std::string_view body, RpcMessage& message) {
  json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  const json::value value = json::parse(body, error, {}, options);
  if (error) return RpcProblem{RpcError::parse_error, "Parse error", nullptr};
  const json::object* object = value.if_object();
  if (object == nullptr)
    return RpcProblem{RpcError::invalid_request, "Expected one JSON-RPC message", nullptr};
  const auto field = [&](std::string_view name) { return object->if_contains(name); };
  if (const json::value* id = field("id"); id && (id->is_string() || id->is_int64()))
    message.id = *id;
  const auto invalid = [&](std::string what) {
    return RpcProblem{RpcError::invalid_request, std::move(what), message.id};
  };
  const json::value* version = field("jsonrpc");
  if (version == nullptr || *version != "2.0") return invalid("Expected \"jsonrpc\": \"2.0\"");
  if (field("id") && message.id.is_null()) return invalid("An id is a string or a number");
  const json::value* method = field("method");
  if (method == nullptr) {
    if (!field("result") && !field("error")) return invalid("A request has a method");
    return std::nullopt;
  }
  if (!method->is_string() || method->as_string().empty()) return invalid("A method is a string");
  message.method = method->as_string();
  if (const json::value* params = field("params")) {
    if (!params->is_object())
      return RpcProblem{RpcError::invalid_params, "Expected params by name", message.id};
    message.params = params->as_object();
  }
  return std::nullopt;
}

Response rpc_result(const json::value& id, json::object result) {
  return Response::json(
      200, json::object{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

Response rpc_error(int status, const json::value& id, RpcError code, std::string_view message,
                   json::object data) {
  json::object error{{"code", static_cast<int>(code)}, {"message", message}};
  if (!data.empty()) error["data"] = std::move(data);
  return Response::json(status,
                        json::object{{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}});
}

json::object mcp_initialized(std::string_view asked, std::string_view workspace_name) {
  return {{"protocolVersion", speaks_mcp(asked) ? asked : mcp_versions().front()},
          {"capabilities", json::object{{"tools", json::object{{"listChanged", false}}}}},
          {"serverInfo",
           json::object{{"name", "monitora"}, {"title", workspace_name}, {"version", "1"}}},
          {"instructions",
           fmt::format("Answers come from the documents of \"{}\" only: `ask` gives a cited "
                       "answer, `search` the passages themselves.",
                       workspace_name)}};
}

json::object mcp_tools(std::string_view workspace_name) {
  return {{"tools", json::array{search_tool(workspace_name), ask_tool(workspace_name)}}};
}

json::object mcp_tool_result(json::object structured) {
  const std::string text = json_text(structured);
  return {{"content", json::array{json::object{{"type", "text"}, {"text", text}}}},
          {"structuredContent", std::move(structured)},
          {"isError", false}};
}

json::object mcp_tool_error(const Status& status, std::string_view language) {
  const Status shown = shown_to_clients(status);
  const auto say = [&](const Sentence& sentence) {
    return language == "en" ? sentence.en : sentence.fr;
  };
  std::string text = say(shown.sentence());
  for (const FieldError& field : shown.fields())
    text += "\n" + field.field + ": " + say(field.message);
  return {{"content", json::array{json::object{{"type", "text"}, {"text", text}}}},
          {"isError", true}};
}

}  // namespace monitora::http
