// What a visitor's browser calls. The guard has compared Origin with the workspace's allowed
// domains.
#include <boost/json.hpp>

#include "app/handovers.h"
#include "app/workspaces.h"
#include "base/text.h"
#include "domain/handover.h"
#include "http/chat_wire.h"
#include "http/fields.h"
#include "http/guards.h"
#include "http/handlers_chat.h"
#include "http/session_token.h"
#include "ports/conversation_store.h"
#include "ports/insights_store.h"
#include "ports/rate_limits.h"
#include "ports/security.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr int kRememberedMessages = 25;  // turns that the older form of feedback looks through

Status disabled() {
  return Status(Code::permission_denied, "workspace_disabled",
                {"Ce chatbot est désactivé.", "This chatbot is disabled."});
}

// As the guard has found it.
Result<Workspace> workspace_of(const Request& request) {
  if (!request.visited->is_active) return disabled();
  return *request.visited;
}

Result<ConversationId> conversation_of_token(const ChatRoutes& parts, const WorkspaceId& workspace,
                                             std::string_view token) {
  return http::conversation_of_token(parts.visitor_tokens, workspace, token);
}

Status count_message(const ChatRoutes& parts, const Request& request, const WorkspaceId& workspace,
                     const std::string& visitor) {
  const std::string id = workspace.to_string();
  std::vector<RateLimits::Use> uses = {
      {"address:" + rate_key(request.remote_address), parts.messages_by_address},
      {"workspace:" + id, parts.messages_by_workspace}};
  // Visitors who give no id are not one visitor: their address is what counts.
  if (!visitor.empty()) uses.push_back({"visitor:" + id + visitor, parts.messages_by_visitor});
  const std::optional<int> wait = parts.limiter.use(uses);
  if (!wait) return {};
  return Status(Code::rate_limited, "too_many_messages",
                {"Trop de messages en peu de temps : patientez un instant.",
                 "Too many messages in a short time: wait a moment."})
      .with_retry_after(*wait);
}

// Who the customer's site says the visitor is. The secret of before works until its day.
Result<VisitorIdentity> check_identity(const ChatRoutes& parts, const WorkspaceId& workspace,
                                       const std::string& user_token) {
  MONITORA_ASSIGN(const std::vector<std::string> secrets,
                  parts.workspace_settings.identity_secrets(workspace));
  for (const std::string& secret : secrets)
    if (auto identity = parts.identities.verify(user_token, secret); identity.ok()) return identity;
  return Status(Code::unauthenticated, "invalid_user_token",
                {"L'identité transmise par le site n'est pas valable.",
                 "The identity that the site gave is not valid."});
}

Result<Response> get_config(const ChatRoutes&, const Request& request) {
  MONITORA_ASSIGN(const Workspace workspace, workspace_of(request));
  const WidgetConfig& widget = workspace.widget;
  json::object body = to_json(widget);
  body.erase("chatbot_name");
  body.erase("time_zone");
  body.erase("handover_email");
  body.erase("handover_after_low");
  body["workspace_id"] = workspace.id.to_string();
  body["name"] = widget.chatbot_name.empty() ? workspace.name : widget.chatbot_name;
  body["streaming_enabled"] = workspace.rag.streaming_enabled;
  body["language"] = workspace.rag.language;
  return Response::json(200, body);
}

Result<Response> post_chat(const ChatRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  ChatQuestion question;
  question.text = fields.required_message("message", kLongestMessage);
  const std::string session = fields.optional_text("session_id", 64);
  const std::string token = fields.optional_text("session_token", 512);
  question.visitor_id = fields.optional_text("visitor_id", 255);
  const std::string user_token = fields.optional_text("user_token", 4096);
  const bool stream = fields.boolean("stream").value.value_or(true);
  MONITORA_TRY(fields.finish(Unknown::ignored));
  MONITORA_ASSIGN(question.workspace, workspace_of(request));
  const WorkspaceId workspace = question.workspace.id;
  MONITORA_TRY(count_message(parts, request, workspace, question.visitor_id));
  if (!session.empty()) {
    MONITORA_ASSIGN(const ConversationId conversation,
                    conversation_of_token(parts, workspace, token));
    if (conversation.to_string() != lower(session)) return invalid_session_token();
    question.conversation = conversation;
  }
  if (!user_token.empty()) {
    MONITORA_ASSIGN(question.identity, check_identity(parts, workspace, user_token));
  }
  if (question.visitor_id.empty()) question.visitor_id = random_token(12);
  question.channel = Channel::widget;
  question.language = request.language;
  const bool offers_person = question.workspace.widget.handover_enabled;
  const AnswerFields answer_fields = [parts, workspace, offers_person](const ChatAnswer& answer) {
    json::object fields{{"session_id", answer.conversation_id.to_string()},
                        {"session_token", make_session_token(parts.visitor_tokens, workspace,
                                                             answer.conversation_id)},
                        {"message_id", answer.message_id.to_string()},
                        {"confidence", confidence_of(answer.rag_score)},
                        {"cached", answer.cached}};
    // Where nobody can take over, nothing is said of it.
    if (offers_person || answer.handover != Handover::bot)
      fields["handover"] = to_string(answer.handover);
    return fields;
  };
  return answer_chat(parts.chat, parts.workers, std::move(question), stream, answer_fields,
                     request.language, request.request_id);
}

Result<Response> get_history(const ChatRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  MONITORA_ASSIGN(const Workspace workspace, workspace_of(request));
  MONITORA_ASSIGN(const ConversationId conversation,
                  conversation_of_token(parts, workspace.id, request.header("x-session-token")));
  if (conversation.to_string() != lower(request.query_value("session_id")))
    return invalid_session_token();
  MONITORA_ASSIGN(const Page<Message> found,
                  parts.conversations.messages(workspace.id, conversation, page));
  json::array items;
  for (const Message& message : found.items) {
    json::object item{
        {"id", message.id.to_string()},
        {"role", message.role},
        {"content", message.content},
        {"sources", to_json(message.sources)},
        {"feedback", message.feedback ? json::value(*message.feedback) : json::value()},
        {"is_complete", message.is_complete},
        {"created_at", format_time(message.created_at)}};
    if (message.rag_score) item["confidence"] = confidence_of(*message.rag_score);
    if (const auto author = author_of(message))
      item["author"] = json::object{{"name", author->name}};
    items.push_back(std::move(item));
  }
  MONITORA_ASSIGN(const Conversation now, parts.conversations.find(workspace.id, conversation));
  json::object body = page_json(std::move(items), found.next_cursor);
  body["handover"] = to_string(now.handover);
  return Response::json(200, body);
}

// A thumb down also takes the answer out of the cache: nobody else should be told it.
Status store_feedback(const ChatRoutes& parts, const WorkspaceId& workspace,
                      const ConversationId& conversation, const MessageId& message, int feedback,
                      const std::string& answer) {
  MONITORA_TRY(parts.conversations.set_feedback(workspace, conversation, message, feedback));
  if (feedback < 0 && !answer.empty()) return parts.cache.remove_answer(workspace, answer);
  return {};
}

// The answer that the older form of feedback names by its text, or by its question's.
Result<Message> answer_named(const ChatRoutes& parts, const WorkspaceId& workspace,
                             const ConversationId& conversation, const std::string& text) {
  MONITORA_ASSIGN(const ConversationStore::Recent recent,
                  parts.conversations.recent(workspace, conversation, kRememberedMessages));
  const Message* found = nullptr;
  bool follows = false;
  for (const Message& message : recent.messages) {
    if (message.role == "assistant" &&
        (follows || message.content == text || message.id.to_string() == text))
      found = &message;
    follows = message.role == "user" && message.content == text;
  }
  if (found == nullptr) return Status::not_found("message_not_found");
  return *found;
}

Result<Response> post_feedback(const ChatRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(const Workspace workspace, workspace_of(request));
  Fields fields(body);
  const std::string type = fields.optional_text("type", 20);
  if (!type.empty()) {  // the older form, of widgets pasted before
    if (type != "positive" && type != "negative")
      fields.fail("type",
                  {"Valeur attendue : positive ou negative.", "Expected positive or negative."});
    const std::string session = fields.optional_text("session_id", 64);
    const std::string text = fields.optional_text("message", 100000);
    MONITORA_TRY(fields.finish(Unknown::ignored));
    const auto conversation = ConversationId::parse(session);
    if (!conversation) return Status::not_found("conversation_not_found");
    MONITORA_ASSIGN(const Message answer, answer_named(parts, workspace.id, *conversation, text));
    MONITORA_TRY(store_feedback(parts, workspace.id, *conversation, answer.id,
                                type == "positive" ? 1 : -1, answer.content));
    return Response::no_content();
  }
  const json::value* feedback = body.if_contains("feedback");
  if (feedback == nullptr || !feedback->is_int64() ||
      (feedback->as_int64() != 1 && feedback->as_int64() != -1))
    fields.fail("feedback", {"Valeur attendue : 1 ou -1.", "Expected 1 or -1."});
  const std::string token = fields.optional_text("session_token", 512);
  const std::string message_text = fields.optional_text("message_id", 64);
  MONITORA_TRY(fields.finish(Unknown::ignored));
  MONITORA_ASSIGN(const ConversationId conversation,
                  conversation_of_token(parts, workspace.id, token));
  const auto message = MessageId::parse(message_text);
  if (!message) return Status::not_found("message_not_found");
  std::string answer;
  if (feedback->as_int64() < 0) {
    MONITORA_ASSIGN(const Message named,
                    answer_named(parts, workspace.id, conversation, message->to_string()));
    answer = named.content;
  }
  MONITORA_TRY(store_feedback(parts, workspace.id, conversation, *message,
                              static_cast<int>(feedback->as_int64()), answer));
  return Response::no_content();
}

// The visitor wants a person, or no longer.
Result<Response> post_handover(const ChatRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(const Workspace workspace, workspace_of(request));
  Fields fields(body);
  const std::string wanted = fields.required_text("state", 20);
  const auto state = parse_handover(wanted);
  if (!wanted.empty() && (!state || *state == Handover::person))
    fields.fail("state", {"Valeur attendue : requested ou bot.", "Expected requested or bot."});
  const std::string token = fields.optional_text("session_token", 512);
  const std::string contact = fields.optional_text("contact", 255);
  MONITORA_TRY(fields.finish(Unknown::ignored));
  MONITORA_ASSIGN(const ConversationId conversation,
                  conversation_of_token(parts, workspace.id, token));
  MONITORA_TRY(count_message(parts, request, workspace.id, ""));
  Handover now = Handover::bot;
  if (*state == Handover::requested) {
    MONITORA_ASSIGN(now, parts.handovers.request(workspace, conversation, contact));
  } else {
    MONITORA_TRY(parts.handovers.hand_back(workspace, conversation));
  }
  return Response::json(200, json::object{{"handover", to_string(now)}});
}

}  // namespace

void add_widget_routes(Router& router, const ChatRoutes& parts) {
  const auto bind = [&parts](Result<Response> (*handler)(const ChatRoutes&, const Request&)) {
    return [parts, handler](const Request& request) { return handler(parts, request); };
  };
  const auto add = [&](Method method, const char* pattern,
                       Result<Response> (*handler)(const ChatRoutes&, const Request&)) {
    router.add({.method = method,
                .pattern = pattern,
                .access = Access::visitor,
                .handler = bind(handler),
                .body_limit = 256 << 10});
  };
  add(Method::get, "/api/widget/{wid}/config", get_config);
  add(Method::post, "/api/widget/{wid}/chat", post_chat);
  add(Method::get, "/api/widget/{wid}/history", get_history);
  add(Method::post, "/api/widget/{wid}/feedback", post_feedback);
  add(Method::post, "/api/widget/{wid}/handover", post_handover);
}

}  // namespace monitora::http
