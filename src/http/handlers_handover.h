// A person answers: what members do with a conversation. (What its visitor does: handlers_widget.)
#pragma once

#include <functional>

#include "app/conversations.h"
#include "app/handovers.h"
#include "http/router.h"
#include "ports/workspace_store.h"

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct HandoverRoutes {
  Handovers& handovers;
  Conversations& conversations;
  ConversationStore& store;
  WorkspaceStore& workspaces;
  RateLimits& limits;
  std::function<Status(const Workspace&)> try_mail;  // empty: there is no mail server
};

void add_handover_routes(Router& router, const HandoverRoutes& parts);

}  // namespace monitora::http
