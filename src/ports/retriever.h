// Hybrid search in one workspace's chunks.
//
// Indexes are caches of the database: a Retriever loads a workspace's chunks through ChunkSource
// the first time it is asked, keeps hot workspaces in memory (least recently used are evicted),
// saves files to start faster, and rebuilds from the source whatever is missing or damaged.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "domain/passage.h"
#include "ports/embedder.h"

namespace monitora {

// A chunk with its vector, as the index wants it.
struct IndexedChunk {
  Chunk chunk;
  std::string filename;
  Vector vector;
};

// Where an index is filled from. `version` grows with every change of a workspace's chunks
// (change_log's sequence); an index file of another version is not used.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  virtual Result<std::int64_t> version(const WorkspaceId& workspace) = 0;
  // Calls `each` for every indexed chunk of the workspace whose vector is of `model`, in a stable
  // order (document_id, index).
  virtual Status for_each(const WorkspaceId& workspace, const std::string& model,
                          const std::function<Status(IndexedChunk)>& each) = 0;
};

struct RetrievalOptions {
  int top_k = 8;                   // passages wanted
  float similarity_threshold = 0;  // passages with a lower `dense` are left out, 0 keeps all
};

struct Retrieved {
  std::vector<Passage> passages;  // best first
  float answerable =
      0;  // calibrated probability 0..1 that the passages answer the question (rag_score)
  std::int64_t version = 0;  // of the index that answered
};

class Retriever {
 public:
  virtual ~Retriever() = default;

  // `vector` is the question's embedding. Thread-safe, lock-free against writers: works on a
  // snapshot.
  virtual Result<Retrieved> search(const WorkspaceId& workspace, const std::string& question,
                                   const Vector& vector, const RetrievalOptions& options) = 0;

  // Adds or replaces all chunks of one document; from its return, searches find them and no older
  // chunk of that document. Cost: that document's chunks, not the workspace's.
  virtual Status put_document(const WorkspaceId& workspace, const DocumentId& document,
                              std::vector<IndexedChunk> chunks, std::int64_t version) = 0;
  // From its return no search finds the document. Removing an absent one is ok.
  virtual Status remove_document(const WorkspaceId& workspace, const DocumentId& document,
                                 std::int64_t version) = 0;
  virtual Status remove_workspace(const WorkspaceId& workspace) = 0;
  // Nothing that is in memory is believed any longer: workspaces are loaded anew when they are
  // asked for.
  virtual Status reload() = 0;
  // Of the index that would answer now (ChunkSource::version); nothing while it is not in memory.
  virtual std::optional<std::int64_t> version(const WorkspaceId& workspace) = 0;
  // Chunks now searchable; loads the workspace if it is not.
  virtual Result<std::size_t> count(const WorkspaceId& workspace) = 0;
  // Writes what changed to the cache files. Called in the background and at a clean stop.
  virtual Status save() = 0;
};

}  // namespace monitora
