#include "app/conversations.h"

namespace monitora {

Result<Conversation> Conversations::find(const UserId& user, const ConversationId& conversation,
                                         bool as_admin) {
  MONITORA_ASSIGN(ConversationStore::Access access,
                  conversations_.find_for_user(user, conversation));
  if (as_admin && access.role != UserRole::admin)
    return Status(Code::permission_denied, "admin_required",
                  {"Seul un administrateur de cet espace peut le faire.",
                   "Only an administrator of this workspace may do this."});
  return std::move(access.conversation);
}

Status Conversations::remove(const Actor& actor, const Conversation& conversation) {
  MONITORA_TRY(conversations_.remove(conversation.workspace_id, conversation.id));
  record(audit_, actor, "conversation.delete", conversation.workspace_id,
         conversation.id.to_string());
  return {};
}

}  // namespace monitora
