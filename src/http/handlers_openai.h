// The OpenAI-compatible interface for programs: /v1/models, /v1/chat/completions, /v1/embeddings.
#pragma once

#include "app/chat.h"
#include "http/router.h"

namespace monitora {
class Embedder;
class EventBus;
class Executor;
class WorkspaceStore;
}  // namespace monitora

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct OpenAiRoutes {
  ChatService& chat;
  Executor& workers;
  WorkspaceStore& workspaces;
  Embedder& embedder;
  const Clock& clock;
  EventBus* events = nullptr;  // null: a revoked key's running answers go on to their end
};

void add_openai_routes(Router& router, const OpenAiRoutes& parts);

// Errors of these paths, whoever makes them (guards, the server itself), have OpenAI's envelope:
// ServerOptions::render_error.
Response render_error(const Status& status, const Request& request);

// The workspace of the request's key. permission_denied `workspace_disabled` for one that is off.
Result<Workspace> workspace_of_key(WorkspaceStore& workspaces, const Request& request);

}  // namespace monitora::http
