#include "app/passage_search.h"

namespace monitora {

Result<Retrieved> search_passages(Embedder& embedder, Retriever& retriever,
                                  const Workspace& workspace, const std::string& query, int limit) {
  MONITORA_ASSIGN(const Vector vector, embedder.embed_one(Embedder::Kind::query, query));
  RetrievalOptions options;
  options.top_k = limit;
  options.similarity_threshold = static_cast<float>(workspace.rag.similarity_threshold);
  return retriever.search(workspace.id, query, vector, options);
}

}  // namespace monitora
