// Keeps this process' indexes at what the database says when another process changes documents.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "base/id.h"
#include "base/status.h"
#include "ports/job_store.h"

namespace monitora {

class Retriever;
struct IndexedChunk;

// Not thread-safe: the follower of the change log has it.
class IndexFollower {
 public:
  // DocumentStore::indexed_chunks.
  using ChunksOf =
      std::function<Result<std::vector<IndexedChunk>>(const WorkspaceId&, const DocumentId&)>;

  IndexFollower(ChunksOf chunks_of, Retriever& retriever)
      : chunks_of_(std::move(chunks_of)), retriever_(&retriever) {}

  // Takes a change of the log, in their order. One that fails waits, with all that come after it,
  // for catch_up().
  Status apply(const Change& change);
  Status catch_up();
  // Changes were missed.
  Status load_anew();

 private:
  Status put(const Change& change);

  ChunksOf chunks_of_;
  Retriever* retriever_;
  std::deque<Change> waiting_;
  bool must_load_ = false;  // more waited than are kept
};

}  // namespace monitora
