#include "http/hub_protocol.h"

#include <boost/json.hpp>

#include "domain/json_text.h"

namespace monitora::http::hub {
namespace {

namespace json = boost::json;

// Numbers of message types.
constexpr int kInvocation = 1;
constexpr int kCompletion = 3;
constexpr int kStreamInvocation = 4;
constexpr int kPing = 6;
constexpr int kClose = 7;

constexpr std::size_t kDeepest = 16;

Status bad(const char* key, const char* french, const char* english) {
  return Status(Code::invalid_argument, key, {french, english});
}

Status bad_message() {
  return bad("bad_message", "Ce message n'est pas du protocole JSON de SignalR.",
             "This message is not of SignalR's JSON protocol.");
}

// Null for anything but a JSON object.
json::value parse_object(std::string_view record) {
  json::parse_options options;
  options.max_depth = kDeepest;
  boost::system::error_code error;
  json::value value = json::parse({record.data(), record.size()}, error, {}, options);
  return error || !value.is_object() ? json::value() : value;
}

const json::string* text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_string();
}

std::string record(const json::object& message) {
  return json_text(message) + kEnd;
}

}  // namespace

Result<std::vector<std::string>> Records::push(std::string_view part) {
  std::vector<std::string> complete;
  while (true) {
    const std::size_t end = part.find(kEnd);
    const std::string_view piece = part.substr(0, end);
    if (begun_.size() + piece.size() > longest_)
      return Status(Code::too_large, "message_too_large",
                    {"Ce message est trop long.", "This message is too long."});
    begun_.append(piece);
    if (end == std::string_view::npos) return complete;
    complete.push_back(std::exchange(begun_, {}));
    part.remove_prefix(end + 1);
  }
}

Status check_handshake(std::string_view record) {
  const json::value value = parse_object(record);
  const json::object* handshake = value.if_object();
  const json::string* protocol = handshake != nullptr ? text_of(*handshake, "protocol") : nullptr;
  if (protocol == nullptr)
    return bad("bad_handshake", "La connexion commence par une poignée de main de SignalR.",
               "A connection begins with SignalR's handshake.");
  if (*protocol != "json")
    return bad("bad_handshake", "Seul le protocole « json » de SignalR est servi ici.",
               "Only SignalR's protocol \"json\" is served here.");
  const json::value* version = handshake->if_contains("version");
  const std::int64_t* number = version != nullptr ? version->if_int64() : nullptr;
  // Version 2 is version 1 with what makes connections resumable, which is agreed on before.
  if (number == nullptr || *number < 1 || *number > 2)
    return bad("bad_handshake", "Seule la version 1 du protocole est servie ici.",
               "Only version 1 of the protocol is served here.");
  return {};
}

Result<Message> parse_message(std::string_view record) {
  json::value value = parse_object(record);
  json::object* object = value.if_object();
  const json::value* type = object != nullptr ? object->if_contains("type") : nullptr;
  if (type == nullptr || !type->is_int64()) return bad_message();
  Message message;
  switch (type->as_int64()) {
    case kPing:
      message.kind = Message::Kind::ping;
      return message;
    case kClose:
      message.kind = Message::Kind::close;
      return message;
    case kInvocation:
      message.kind = Message::Kind::invocation;
      break;
    case kStreamInvocation:
      message.kind = Message::Kind::stream_invocation;
      break;
    default:
      return message;
  }
  if (const json::value* id = object->if_contains("invocationId");
      id != nullptr && !id->is_null()) {
    if (!id->is_string()) return bad_message();
    message.invocation_id = id->as_string();
  }
  const json::string* target = text_of(*object, "target");
  json::value* arguments = object->if_contains("arguments");
  if (target == nullptr || arguments == nullptr || !arguments->is_array()) return bad_message();
  message.target = *target;
  message.arguments = std::move(arguments->as_array());
  return message;
}

std::string handshake_answer() {
  return record({});
}

std::string handshake_refusal(std::string_view error) {
  return record({{"error", error}});
}

std::string invocation(std::string_view target, json::object argument) {
  json::array arguments;
  arguments.push_back(std::move(argument));
  return record({{"type", kInvocation}, {"target", target}, {"arguments", std::move(arguments)}});
}

std::string completion(std::string_view invocation_id, json::value result) {
  return record(
      {{"type", kCompletion}, {"invocationId", invocation_id}, {"result", std::move(result)}});
}

std::string failed_completion(std::string_view invocation_id, std::string_view error) {
  return record({{"type", kCompletion}, {"invocationId", invocation_id}, {"error", error}});
}

std::string ping() {
  return record({{"type", kPing}});
}

std::string close(std::string_view error, bool allow_reconnect) {
  json::object message{{"type", kClose}};
  if (!error.empty()) message["error"] = error;
  if (allow_reconnect) message["allowReconnect"] = true;
  return record(message);
}

}  // namespace monitora::http::hub
