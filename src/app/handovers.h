// Handing conversations over to people and back. While a person is wanted or answers, the chatbot
// is silent (app/chat.cc): it is the conversation's state that decides, never words of a text.
#pragma once

#include <functional>
#include <string>

#include "app/actor.h"
#include "domain/handover.h"
#include "domain/workspace.h"
#include "ports/conversation_store.h"
#include "ports/rate_limits.h"

namespace monitora {

struct HandoverParts {
  ConversationStore& conversations;
  RateLimits& limits;
  AuditLog& audit;
  std::function<void()> jobs_added;  // wakes the job runner; may be empty
};

// Thread-safe. The parts outlive it. Who may is decided by the caller: the visitor by a session
// token, a member by the role.
class Handovers {
 public:
  // A flood of requests flags every conversation and fills no letter box.
  static constexpr int kMailsPerMinute = 5;  // a workspace

  explicit Handovers(HandoverParts parts) : parts_(std::move(parts)) {}

  // A person is wanted, and the workspace's address is told. Answers the state after it: asking
  // again, or when a person answers already, changes nothing. conflict `handover_unavailable` where
  // the workspace does not offer it; not_found `conversation_not_found`.
  Result<Handover> request(const Workspace& workspace, const ConversationId& conversation,
                           const std::string& contact);
  // The chatbot answers again, at the visitor's wish.
  Status hand_back(const Workspace& workspace, const ConversationId& conversation);

  // By a member: `person` takes the conversation over, `bot` hands it back. conflict
  // `not_a_visitor` for conversations of other channels.
  Status set(const Actor& actor, const Conversation& conversation, Handover to);
  // What a member says; takes the conversation over if need be. The same errors.
  Result<Message> reply(const Actor& actor, const std::string& author_name,
                        const Conversation& conversation, const std::string& text);

 private:
  HandoverParts parts_;
};

}  // namespace monitora
