// Conversations for those who read them: /api/workspaces/{wid}/conversations… and
// /api/conversations/{id}….
#pragma once

#include "app/conversations.h"
#include "base/time_zone.h"
#include "http/router.h"

namespace monitora {
class WorkspaceStore;
}

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct ConversationRoutes {
  Conversations& conversations;
  ConversationStore& store;
  WorkspaceStore& workspaces;
};

void add_conversation_routes(Router& router, const ConversationRoutes& parts);

// Whose days a workspace's periods count.
Result<TimeZone> time_zone_of(WorkspaceStore& workspaces, const WorkspaceId& workspace);

}  // namespace monitora::http
