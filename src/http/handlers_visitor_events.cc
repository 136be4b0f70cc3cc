#include "http/handlers_visitor_events.h"

#include "base/text.h"
#include "http/guards.h"
#include "http/session_token.h"
#include "ports/conversation_store.h"
#include "ports/rate_limits.h"
#include "ports/security.h"

namespace monitora::http {
namespace {

constexpr int kRetry = 60;  // seconds

Status too_many() {
  return Status(Code::rate_limited, "too_many_streams",
                {"Trop de conversations ouvertes à la fois : réessayez dans un instant.",
                 "Too many conversations open at a time: try again in a moment."});
}

Status count_opening(const VisitorEventRoutes& parts, const Request& request) {
  const RateLimits::Use use{"events:" + rate_key(request.remote_address), parts.opened_by_address};
  const std::optional<int> wait = parts.limiter.use({&use, 1});
  return wait ? too_many().with_retry_after(*wait) : Status();
}

// The message after which the visitor wants to hear: the one that is named, or the latest.
Result<std::optional<MessageId>> position(const VisitorEventRoutes& parts, const Request& request,
                                          const WorkspaceId& workspace,
                                          const ConversationId& conversation) {
  ConversationStore& store = parts.events.conversations;
  const std::string_view after = request.query_value("after");
  if (after.empty()) {
    MONITORA_ASSIGN(const ConversationStore::Recent recent,
                    store.recent(workspace, conversation, 1));
    return recent.messages.empty() ? std::nullopt : std::optional(recent.messages.back().id);
  }
  const auto id = MessageId::parse(after);
  if (!id) return Status::not_found("message_not_found");
  MONITORA_ASSIGN(const std::vector<Message> found,
                  store.find_messages(workspace, conversation, {*id}));
  if (found.empty()) return Status::not_found("message_not_found");
  return id;
}

Result<Response> get_events(const VisitorEventRoutes& parts,
                            const std::shared_ptr<VisitorStreamCounts>& counts,
                            const Request& request) {
  const Workspace& workspace = *request.visited;
  if (!workspace.is_active)
    return Status(Code::permission_denied, "workspace_disabled",
                  {"Ce chatbot est désactivé.", "This chatbot is disabled."});
  // In a header, not in the query: addresses end up in logs and histories. The widget reads the
  // stream with fetch, since EventSource can send none.
  MONITORA_ASSIGN(
      const ConversationId conversation,
      conversation_of_token(parts.visitor_tokens, workspace.id, request.header("x-session-token")));
  if (conversation.to_string() != lower(request.query_value("session_id")))
    return invalid_session_token();
  MONITORA_TRY(count_opening(parts, request));
  MONITORA_ASSIGN(const std::optional<MessageId> last,
                  position(parts, request, workspace.id, conversation));
  auto place = VisitorStreamCounts::take(counts, rate_key(request.remote_address), workspace.id);
  if (!place) return too_many().with_retry_after(kRetry);
  const auto stream = std::make_shared<VisitorStream>(parts.events, workspace.id, conversation,
                                                      last, std::move(place));
  return Response::event_stream(
      [stream](std::shared_ptr<EventSink> sink) { stream->start(std::move(sink)); });
}

}  // namespace

void add_visitor_event_routes(Router& router, const VisitorEventRoutes& parts) {
  router.add(
      {.method = Method::get,
       .pattern = "/api/widget/{wid}/events",
       .access = Access::visitor,
       .handler = [parts, counts = std::make_shared<VisitorStreamCounts>()](
                      const Request& request) { return get_events(parts, counts, request); }});
}

}  // namespace monitora::http
