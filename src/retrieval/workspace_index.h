// One workspace's index in memory: the writer's side of its snapshots. Thread-safe.
//
// Segments come in sizes. When one size has kMergeCount segments they are merged into one, small
// ones by the writer that made the last, larger ones in the background, so a change costs about its
// own chunks and a search sees a few dozen segments at most.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <unordered_map>
#include <vector>

#include "ports/retriever.h"
#include "retrieval/snapshot.h"

namespace monitora::retrieval {

// From this many chunks in a segment a graph answers faster than a scan
// (bench/retrieval/README.md).
inline constexpr std::size_t kGraphThreshold = 20'000;

class WorkspaceIndex {
 public:
  // Starts with what a load gave; changes up to its version are in it.
  WorkspaceIndex(int dimension, std::shared_ptr<const Snapshot> loaded);

  std::shared_ptr<const Snapshot> snapshot() const;

  // Both ignore a change that the load contained, or that is older than one of the same document.
  void put(const DocumentId& document, std::vector<IndexedChunk> chunks, std::int64_t version);
  void remove(const DocumentId& document, std::int64_t version);

  // Does one piece of background work, if there is any: a merge or a graph. At most one thread at a
  // time. Returns whether it did something.
  bool maintain(std::stop_token stop);

 private:
  bool outdated(const DocumentId& document, std::int64_t version);
  std::vector<Part> without(const DocumentId& document) const;
  void publish(std::vector<Part> parts, std::int64_t version);
  void merge_small(std::vector<Part>& parts) const;
  bool merge_large(std::stop_token stop);
  bool build_graph(std::stop_token stop);
  void replace(const std::vector<Part>& old, Part merged);

  const int dimension_;
  const std::int64_t loaded_version_;
  std::mutex write_mutex_;                                     // one writer at a time
  std::unordered_map<DocumentId, std::int64_t> last_version_;  // by document, since the load
  mutable std::mutex snapshot_mutex_;  // held for copying or changing the pointer
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace monitora::retrieval
