// Searching a workspace's documents without asking its chatbot.
#pragma once

#include <string>

#include "domain/workspace.h"
#include "ports/retriever.h"

namespace monitora {

// The passages nearest to `query` as the workspace's own questions are searched, best first, at
// most `limit`. Blocks.
Result<Retrieved> search_passages(Embedder& embedder, Retriever& retriever,
                                  const Workspace& workspace, const std::string& query, int limit);

}  // namespace monitora
