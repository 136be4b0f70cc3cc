#include "app/handovers.h"

namespace monitora {
namespace {

Status must_be_a_visitors(const Conversation& conversation) {
  if (conversation.channel == Channel::widget) return {};
  return Status(Code::conflict, "not_a_visitor",
                {"Seules les conversations de visiteurs peuvent être reprises par une personne.",
                 "Only visitors' conversations can be taken over by a person."});
}

}  // namespace

Result<Handover> Handovers::request(const Workspace& workspace, const ConversationId& conversation,
                                    const std::string& contact) {
  if (!workspace.widget.handover_enabled)
    return Status(Code::conflict, "handover_unavailable",
                  {"Personne ne peut répondre ici : ce service n'est pas proposé.",
                   "Nobody can answer here: this service is not offered."});
  const bool notify =
      !workspace.widget.handover_email.empty() &&
      !parts_.limits.use({{{"handover:" + workspace.id.to_string(), kMailsPerMinute}}});
  MONITORA_ASSIGN(const bool changed,
                  parts_.conversations.set_handover(workspace.id, conversation, Handover::requested,
                                                    contact, notify));
  if (!changed) {
    MONITORA_ASSIGN(const Conversation now, parts_.conversations.find(workspace.id, conversation));
    return now.handover;
  }
  if (notify && parts_.jobs_added) parts_.jobs_added();
  return Handover::requested;
}

Status Handovers::hand_back(const Workspace& workspace, const ConversationId& conversation) {
  MONITORA_TRY(
      parts_.conversations.set_handover(workspace.id, conversation, Handover::bot, {}, false)
          .status());
  return {};
}

Status Handovers::set(const Actor& actor, const Conversation& conversation, Handover to) {
  MONITORA_TRY(must_be_a_visitors(conversation));
  MONITORA_ASSIGN(
      const bool changed,
      parts_.conversations.set_handover(conversation.workspace_id, conversation.id, to, {}, false));
  if (!changed) return {};
  record(parts_.audit, actor,
         to == Handover::person ? "conversation.take_over" : "conversation.hand_back",
         conversation.workspace_id, conversation.id.to_string());
  return {};
}

Result<Message> Handovers::reply(const Actor& actor, const std::string& author_name,
                                 const Conversation& conversation, const std::string& text) {
  MONITORA_TRY(set(actor, conversation, Handover::person));
  Message said;
  said.id = MessageId::random();
  said.conversation_id = conversation.id;
  said.role = "assistant";
  said.content = text;
  said.metadata = author_metadata({actor.user, author_name});
  // Its time is the store's: after whatever the visitor has just written, so that who follows the
  // conversation does not miss it.
  MONITORA_TRY(parts_.conversations.append(conversation.workspace_id, conversation, false, {said}));
  MONITORA_ASSIGN(
      std::vector<Message> stored,
      parts_.conversations.find_messages(conversation.workspace_id, conversation.id, {said.id}));
  if (stored.empty()) return Status::not_found("conversation_not_found");  // deleted meanwhile
  return std::move(stored.front());
}

}  // namespace monitora
