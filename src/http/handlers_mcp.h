// POST /mcp: a workspace's search and question as tools of the Model Context Protocol.
#pragma once

#include <string>

#include "app/chat.h"
#include "http/router.h"

namespace monitora {
class ConversationStore;
class Embedder;
class EventBus;
class Executor;
class Retriever;
class WorkspaceStore;
}  // namespace monitora

namespace monitora::http {

// What this route uses; all of it outlives the router.
struct McpRoutes {
  ChatService& chat;
  Executor& workers;
  WorkspaceStore& workspaces;
  ConversationStore& conversations;
  Embedder& embedder;
  Retriever& retriever;
  std::string public_url;      // PUBLIC_URL, may be empty: then no browser's page may call
  EventBus* events = nullptr;  // as OpenAiRoutes has it
};

void add_mcp_routes(Router& router, const McpRoutes& parts);

}  // namespace monitora::http
