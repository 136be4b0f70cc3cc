// The Retriever of design decision 5: dense vectors (int8 scan, HNSW past a measured size, exact
// re-ranking) and BM25, fused by a convex sum of normalised scores.
//
// A workspace's index is a list of immutable segments, in the manner of a log-structured merge
// tree: a change appends a small segment or marks chunks as deleted, and publishes a new snapshot;
// a thread of the retriever merges segments and builds graphs behind. Searches take the snapshot
// that is current when they start and hold no lock while they work.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ports/retriever.h"

namespace monitora::retrieval {

struct Options {
  std::filesystem::path directory;  // of the cache files; empty: nothing is written or read
  std::size_t memory_budget = 2ull
                              << 30;  // bytes; least recently used workspaces are dropped past it
};

class HybridRetriever : public Retriever {
 public:
  // Waits until nothing is left to load, merge or build: for tests, benchmarks and a clean stop.
  virtual void settle() = 0;
  // Begins to load, in the background and one after another, the workspaces that have files here,
  // the last used first, until three quarters of the memory budget are filled.
  virtual void preload() = 0;
};

// `source` must outlive the retriever. Only vectors of `model`, `dimension` long, are indexed.
//
// A workspace that is not in memory is loaded by threads of the retriever's own. A search waits for
// it some seconds (a few searches at a time; the others a moment), then answers unavailable
// `index_loading` with Retry-After while the load goes on. Changes never wait.
//
// Changes of one workspace should arrive in the order of their versions: a file is saved under the
// newest version seen. What a load already contained is not applied again.
// Files: directory/<workspace>/; written atomically, checked by SHA-256 when read, and a file that
// is damaged, of another format, model, dimension or version is rebuilt from `source`. A failed
// write is the Status of save(); searches are not concerned.
std::unique_ptr<HybridRetriever> make_hybrid_retriever(ChunkSource& source, std::string model,
                                                       int dimension, Options options);

}  // namespace monitora::retrieval
