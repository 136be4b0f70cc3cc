#include "http/handlers_chat.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/text.h"
#include "http/chat_wire.h"
#include "http/fields.h"
#include "ports/conversation_store.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

// What of a workspace's settings acts while a question is answered, and so can be tried with one.
constexpr std::array kTried{"llm_model",     "temperature", "max_tokens",
                            "top_p",         "top_k",       "similarity_threshold",
                            "system_prompt", "language",    "fallback_message"};

// Faults are named "settings.top_k".
void try_settings(Fields& fields, const json::object& tried, RagConfig& config) {
  json::object known;
  for (const auto& [name, value] : tried) {
    if (std::ranges::find(kTried, name) == kTried.end())
      fields.fail("settings." + std::string(name),
                  {"Ce réglage ne s'essaie pas avec une question.",
                   "This setting cannot be tried with a question."});
    else
      known[name] = value;
  }
  const Status merged = merge(known, config);
  for (const FieldError& error : merged.fields())
    fields.fail("settings." + error.field, error.message);
}

// The workspace that this user or key may ask; `tries`: with settings that are not its own.
Result<Workspace> workspace_of(const ChatRoutes& parts, const Principal& principal,
                               const std::string& text, bool tries) {
  const Status admin_required(
      Code::permission_denied, "admin_required",
      {"Seul un administrateur de cet espace peut essayer d'autres réglages.",
       "Only an administrator of this workspace may try other settings."});
  const auto id = WorkspaceId::parse(text);
  if (!id) return Status::not_found("workspace_not_found");
  if (principal.key) {
    if (principal.key->workspace_id != *id) return Status::not_found("workspace_not_found");
    if (tries) return admin_required;
    return parts.workspaces.get(*id);
  }
  MONITORA_ASSIGN(WorkspaceView view, parts.workspaces.find(principal.user->id, *id));
  if (tries && view.role != UserRole::admin) return admin_required;
  return std::move(view.workspace);
}

Result<Response> post_chat(const ChatRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  ChatQuestion question;
  question.text = fields.required_message("message", kLongestMessage);
  const std::string workspace = fields.required_text("workspace_id", 64);
  const std::string conversation = fields.optional_text("conversation_id", 64);
  const bool stream = fields.boolean("stream").value.value_or(true);
  const bool fresh = fields.boolean("fresh").value.value_or(false);
  const json::object* tried = fields.object("settings");
  MONITORA_TRY(fields.finish(Unknown::ignored));
  MONITORA_ASSIGN(question.workspace,
                  workspace_of(parts, request.principal, workspace, tried != nullptr));
  if (tried != nullptr) {
    try_settings(fields, *tried, question.workspace.rag);
    MONITORA_TRY(fields.finish(Unknown::ignored));
  }
  if (fresh || tried != nullptr) question.workspace.rag.enable_cache = false;
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
  const AnswerFields answer_fields = [](const ChatAnswer& answer) {
    return json::object{{"conversation_id", answer.conversation_id.to_string()},
                        {"message_id", answer.message_id.to_string()},
                        {"confidence", confidence_of(answer.rag_score)},
                        {"rag_score", answer.rag_score},
                        {"cached", answer.cached}};
  };
  return answer_chat(parts.chat, parts.workers, std::move(question), stream, answer_fields,
                     request.language, request.request_id,
                     watch_key(parts.events, request.principal));
}

}  // namespace

void add_chat_routes(Router& router, const ChatRoutes& parts) {
  router.add({.method = Method::post,
              .pattern = "/api/chat",
              .access = Access::signed_in_or_key,
              .handler = [parts](const Request& request) { return post_chat(parts, request); },
              .body_limit = 64 << 10});
}

}  // namespace monitora::http
