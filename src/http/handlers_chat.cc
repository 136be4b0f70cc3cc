#include "http/handlers_chat.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "http/chat_wire.h"
#include "http/fields.h"
#include "ports/conversation_store.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestMessage = 4000;

// The workspace that this user or key may ask.
Result<Workspace> workspace_of(const ChatRoutes& parts, const Principal& principal,
                               const json::object& body) {
  const json::value* field = body.if_contains("workspace_id");
  if (field == nullptr || !field->is_string())
    return Status::invalid(
        "workspace_id", {"Identifiant d'espace de travail attendu.", "Expected a workspace's id."});
  const auto id = WorkspaceId::parse(field->as_string());
  if (!id) return Status::not_found("workspace_not_found");
  if (principal.key) {
    if (principal.key->workspace_id != *id) return Status::not_found("workspace_not_found");
    return parts.workspaces.get(*id);
  }
  MONITORA_ASSIGN(WorkspaceView view, parts.workspaces.find(principal.user->id, *id));
  return std::move(view.workspace);
}

Result<Response> post_chat(const ChatRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  ChatQuestion question;
  MONITORA_ASSIGN(question.text, read_message(body));
  MONITORA_ASSIGN(const bool stream, read_optional_bool(body, "stream", true));
  MONITORA_ASSIGN(const std::string conversation, read_optional_text(body, "conversation_id", 36));
  MONITORA_ASSIGN(question.workspace, workspace_of(parts, request.principal, body));
  question.channel = request.principal.key ? Channel::api : Channel::test;
  question.language = request.language;
  // Whose conversation it is: a key's or a user's own, so that nobody continues another's.
  question.visitor_id = request.principal.key ? "key:" + request.principal.key->id.to_string()
                                              : "user:" + request.principal.user->id.to_string();
  if (!conversation.empty()) {
    const auto id = ConversationId::parse(conversation);
    if (!id) return Status::not_found("conversation_not_found");
    MONITORA_ASSIGN(const Conversation found, parts.conversations.find(question.workspace.id, *id));
    if (found.visitor_id != question.visitor_id) return Status::not_found("conversation_not_found");
    question.conversation = *id;
  }
  const AnswerFields fields = [](const ChatAnswer& answer) {
    return json::object{{"conversation_id", answer.conversation_id.to_string()},
                        {"message_id", answer.message_id.to_string()},
                        {"confidence", confidence_of(answer.rag_score)},
                        {"rag_score", answer.rag_score},
                        {"cached", answer.cached}};
  };
  return answer_chat(parts.chat, parts.workers, std::move(question), stream, fields,
                     request.language, request.request_id);
}

}  // namespace

Result<std::string> read_optional_text(const json::object& body, const char* field,
                                       std::size_t most) {
  const json::value* value = body.if_contains(field);
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string())
    return Status::invalid(field, {"Valeur attendue : un texte.", "Expected a text."});
  const std::string_view text = value->as_string();
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return Status::invalid(field, {"Ce texte contient des caractères interdits.",
                                   "This text contains characters that are not allowed."});
  if (count_characters(text) > most)
    return Status::invalid(field, {"Au plus " + std::to_string(most) + " caractères.",
                                   "At most " + std::to_string(most) + " characters."});
  return std::string(text);
}

Result<bool> read_optional_bool(const json::object& body, const char* field, bool fallback) {
  const json::value* value = body.if_contains(field);
  if (value == nullptr || value->is_null()) return fallback;
  if (!value->is_bool())
    return Status::invalid(field, {"Valeur attendue : true ou false.", "Expected true or false."});
  return value->as_bool();
}

Result<std::string> read_message(const json::object& body) {
  MONITORA_ASSIGN(std::string message, read_optional_text(body, "message", kLongestMessage));
  if (is_blank(message))
    return Status::invalid("message", {"Écrivez une question.", "Write a question."});
  return message;
}

void add_chat_routes(Router& router, const ChatRoutes& parts) {
  router.add({.method = Method::post,
              .pattern = "/api/chat",
              .access = Access::signed_in_or_key,
              .handler = [parts](const Request& request) { return post_chat(parts, request); },
              .body_limit = 64 << 10});
}

}  // namespace monitora::http
