// POST /api/chat, and what a visitor's widget calls: /api/widget/{wid}/… and /demo/{wid}.
#pragma once

#include <string>

#include "app/chat.h"
#include "http/router.h"

namespace monitora {
class CacheStore;
class ConversationStore;
class Executor;
class IdentityVerifier;
class VisitorTokens;
class Workspaces;
class WorkspaceStore;
namespace auth {
class RateLimiter;
}
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
  auth::RateLimiter& limiter;
  int messages_by_address = 30;  // a minute
  int messages_by_visitor = 30;
  int messages_by_workspace = 1000;
};

void add_chat_routes(Router& router, const ChatRoutes& parts);
void add_widget_routes(Router& router, const ChatRoutes& parts);

// A message as people ask it: 1–4,000 characters, not blank, no NUL. 422 naming `message`
// otherwise.
Result<std::string> read_message(const boost::json::object& body);
// An optional text of at most `most` characters; "" when absent or null. 422 naming it otherwise.
Result<std::string> read_optional_text(const boost::json::object& body, const char* field,
                                       std::size_t most);
// An optional boolean; 422 naming it when it is something else.
Result<bool> read_optional_bool(const boost::json::object& body, const char* field, bool fallback);

}  // namespace monitora::http
