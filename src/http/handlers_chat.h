// POST /api/chat, and what a visitor's widget calls: /api/widget/{wid}/… and /demo/{wid}.
#pragma once

#include <string>

#include "app/chat.h"
#include "http/router.h"

namespace monitora {
class CacheStore;
class ConversationStore;
class EventBus;
class Executor;
class Handovers;
class IdentityVerifier;
class RateLimits;
class VisitorTokens;
class Workspaces;
class WorkspaceStore;
}  // namespace monitora

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct ChatRoutes {
  ChatService& chat;
  Executor& workers;
  WorkspaceStore& workspaces;
  ConversationStore& conversations;
  CacheStore& cache;
  VisitorTokens& visitor_tokens;
  IdentityVerifier& identities;
  Workspaces& workspace_settings;
  Handovers& handovers;
  RateLimits& limiter;
  int messages_by_address = 30;  // a minute
  int messages_by_visitor = 30;
  int messages_by_workspace = 1000;
  EventBus* events = nullptr;  // null: a revoked key's running answers go on to their end
};

void add_chat_routes(Router& router, const ChatRoutes& parts);
void add_widget_routes(Router& router, const ChatRoutes& parts);

// A question may have so many characters.
constexpr std::size_t kLongestMessage = 4000;

}  // namespace monitora::http
