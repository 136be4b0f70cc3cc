// Keeps this process' indexes at what the database says when another process changes documents.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"

namespace monitora {

class ChangeLog;
class Retriever;
struct IndexedChunk;
struct Change;

// Not thread-safe: one thread calls catch_up() from time to time.
class IndexFollower {
 public:
  // How long a change that is missing between two others is waited for. Its transaction may still
  // commit (sequences are given before); one that was undone leaves its place empty for good.
  static constexpr std::chrono::seconds kPatience{60};
  // How long the change log is kept. A node that has not read it for longer loads anew.
  static constexpr std::chrono::hours kKept{24};

  // DocumentStore::indexed_chunks.
  using ChunksOf =
      std::function<Result<std::vector<IndexedChunk>>(const WorkspaceId&, const DocumentId&)>;

  // Begins after the latest change there is; indexes are loaded with what came before.
  static Result<IndexFollower> start(ChangeLog& changes, ChunksOf chunks_of, Retriever& retriever,
                                     const Clock& clock);

  // Applies what changed since the last call: this process' own changes too, for which it is a
  // repetition without effect. After an error the next call goes on from the same place.
  Status catch_up();

 private:
  IndexFollower(ChangeLog& changes, ChunksOf chunks_of, Retriever& retriever, const Clock& clock,
                std::int64_t settled)
      : changes_(&changes),
        chunks_of_(std::move(chunks_of)),
        retriever_(&retriever),
        clock_(&clock),
        settled_(settled),
        read_at_(clock.now()) {}

  Status apply(const Change& change);
  void settle(Time now);

  ChangeLog* changes_;
  ChunksOf chunks_of_;
  Retriever* retriever_;
  const Clock* clock_;
  std::int64_t settled_;               // up to here nothing can come any more
  std::map<std::int64_t, Time> seen_;  // applied, behind a place that is empty: since when
  Time read_at_;
};

}  // namespace monitora
