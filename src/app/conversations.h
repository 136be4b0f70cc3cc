// What people read of conversations, and their removal.
#pragma once

#include "app/actor.h"
#include "ports/conversation_store.h"

namespace monitora {

// Thread-safe. The parts outlive it.
class Conversations {
 public:
  Conversations(ConversationStore& conversations, AuditLog& audit)
      : conversations_(conversations), audit_(audit) {}

  // The conversation, where the user is a member: not_found for foreign and absent;
  // permission_denied `admin_required` when `as_admin` and the role is lecteur.
  Result<Conversation> find(const UserId& user, const ConversationId& conversation, bool as_admin);
  // With its messages.
  Status remove(const Actor& actor, const Conversation& conversation);

 private:
  ConversationStore& conversations_;
  AuditLog& audit_;
};

}  // namespace monitora
