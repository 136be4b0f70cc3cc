#include "storage/chunk_rows.h"

#include "storage/document_rows.h"
#include "storage/json.h"

namespace monitora::storage {

using sql::Connection;
using sql::p;
using sql::Param;

Status insert_chunks(Connection& connection, const WorkspaceId& workspace,
                     const DocumentId& document, const std::vector<Chunk>& chunks,
                     const std::vector<Vector>& vectors, const std::string& model, Time now) {
  constexpr std::string_view kColumns[] = {
      "id",          "document_id",  "workspace_id", "content",         "metadata",
      "chunk_index", "embedding_id", "embedding",    "embedding_model", "created_at"};
  std::size_t next = 0;
  std::string metadata, label;
  return connection
      .insert_many("document_chunks", kColumns,
                   [&](std::span<Param> row) -> Result<bool> {
                     if (next == chunks.size()) return false;
                     const Chunk& chunk = chunks[next];
                     const Vector& vector = vectors[next++];
                     const ChunkId id = chunk.id.is_nil() ? ChunkId::random() : chunk.id;
                     metadata = place_json(chunk.place);
                     label = id.to_string();
                     row[0] = p(id);
                     row[1] = p(document);
                     row[2] = p(workspace);
                     row[3] = p(chunk.content);
                     row[4] = p(metadata);
                     row[5] = p(chunk.index);
                     row[6] = p(label);
                     row[7] = p(vector_bytes(vector));
                     row[8] = p(model);
                     row[9] = p(now);
                     return true;
                   })
      .status();
}

}  // namespace monitora::storage
