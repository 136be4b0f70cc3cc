#include "http/handlers_handover.h"

#include <boost/json.hpp>

#include "http/export_wire.h"
#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestReply = 4000;  // characters

// Of an admin of its workspace.
Result<Conversation> conversation_of(const HandoverRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const ConversationId id,
                  path_id<ConversationId>(request, "id", "conversation_not_found"));
  return parts.conversations.find(request.principal.user->id, id, true);
}

Result<Response> set_handover(const HandoverRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const Conversation conversation, conversation_of(parts, request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string wanted = fields.required_text("state", 20);
  const auto state = parse_handover(wanted);
  if (!wanted.empty() && (!state || *state == Handover::requested))
    fields.fail("state", {"Valeur attendue : person ou bot.", "Expected person or bot."});
  MONITORA_TRY(fields.finish());
  MONITORA_TRY(parts.handovers.set(actor_of(request), conversation, *state));
  MONITORA_ASSIGN(const Conversation now,
                  parts.store.find(conversation.workspace_id, conversation.id));
  return Response::json(200, conversation_json(now));
}

Result<Response> post_message(const HandoverRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const Conversation conversation, conversation_of(parts, request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string content = fields.required_message("content", kLongestReply);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const Message said,
                  parts.handovers.reply(actor_of(request), request.principal.user->full_name,
                                        conversation, content));
  return Response::json(201, message_json(said));
}

// Whether a mail to the configured address goes out, before a visitor waits for it.
Result<Response> try_mail(const HandoverRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId id,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(const Workspace workspace, parts.workspaces.get(id));
  if (workspace.widget.handover_email.empty())
    return Status(Code::conflict, "no_handover_email",
                  {"Indiquez d'abord l'adresse à prévenir (handover_email).",
                   "Set the address to tell first (handover_email)."});
  if (!parts.try_mail)
    return Status(Code::conflict, "mail_not_configured",
                  {"Ce serveur n'envoie pas de courriel : l'administrateur doit régler SMTP_URL.",
                   "This server sends no mail: its operator must set SMTP_URL."});
  if (const auto wait =
          parts.limits.use({{{"try_mail:" + id.to_string(), Handovers::kMailsPerMinute}}}))
    return Status(Code::rate_limited, "too_many_mails",
                  {"Trop de courriels d'essai : patientez une minute.",
                   "Too many mails to try: wait a minute."})
        .with_retry_after(*wait);
  MONITORA_TRY(parts.try_mail(workspace));
  return Response::no_content();
}

}  // namespace

void add_handover_routes(Router& router, const HandoverRoutes& parts) {
  const auto add = [&](const char* pattern, Access access,
                       Result<Response> (*handler)(const HandoverRoutes&, const Request&)) {
    router.add(
        {.method = Method::post,
         .pattern = pattern,
         .access = access,
         .handler = [parts, handler](const Request& request) { return handler(parts, request); }});
  };
  // A conversation's own id says nothing of its workspace: these look up the role with it.
  add("/api/conversations/{id}/handover", Access::signed_in, set_handover);
  add("/api/conversations/{id}/messages", Access::signed_in, post_message);
  add("/api/workspaces/{wid}/handover/try-mail", Access::workspace_admin, try_mail);
}

}  // namespace monitora::http
