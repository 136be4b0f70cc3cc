#include "app/index_follower.h"

#include <algorithm>

#include "base/log.h"
#include "ports/job_store.h"
#include "ports/retriever.h"

namespace monitora {
namespace {

constexpr int kBatch = 500;
// Changes before the latest that may have been under way when this process started.
constexpr std::int64_t kLookBack = 200;
constexpr std::chrono::hours kMargin{1};  // the log may be cut a little early: clocks differ

}  // namespace

Result<IndexFollower> IndexFollower::start(ChangeLog& changes, ChunksOf chunks_of,
                                           Retriever& retriever, const Clock& clock) {
  MONITORA_ASSIGN(const std::int64_t latest, changes.latest());
  IndexFollower follower(changes, std::move(chunks_of), retriever, clock,
                         std::max<std::int64_t>(0, latest - kLookBack));
  // Those that are there are in what will be loaded; the empty places between them are watched.
  MONITORA_ASSIGN(const std::vector<Change> before,
                  changes.since(follower.settled_, static_cast<int>(kLookBack)));
  for (const Change& change : before)
    if (change.sequence <= latest) follower.seen_.emplace(change.sequence, clock.now());
  // A log that was cut begins late: that is no empty place.
  if (!before.empty()) follower.settled_ = before.front().sequence - 1;
  follower.settle(clock.now());
  return follower;
}

Status IndexFollower::catch_up() {
  const Time now = clock_->now();
  if (now - read_at_ > kKept - kMargin) {
    log::info("the change log was not read for a long time: indexes are loaded anew");
    MONITORA_ASSIGN(const std::int64_t latest, changes_->latest());
    MONITORA_TRY(retriever_->reload());
    settled_ = std::max(settled_, latest);
    seen_.clear();
  }
  std::int64_t from = settled_;
  while (true) {
    MONITORA_ASSIGN(const std::vector<Change> changes, changes_->since(from, kBatch));
    for (const Change& change : changes) {
      from = change.sequence;
      if (seen_.contains(change.sequence)) continue;
      MONITORA_TRY(apply(change));
      seen_.emplace(change.sequence, now);
    }
    if (changes.size() < kBatch) break;
  }
  settle(now);
  read_at_ = now;
  return {};
}

// Moves on over what is there, and over places that have been empty for long enough.
void IndexFollower::settle(Time now) {
  while (!seen_.empty()) {
    const auto [sequence, since] = *seen_.begin();
    if (sequence > settled_ + 1 && now - since < kPatience) return;
    settled_ = sequence;
    seen_.erase(seen_.begin());
  }
}

Status IndexFollower::apply(const Change& change) {
  if (change.entity == "workspace" && change.operation == "deleted")
    return retriever_->remove_workspace(change.workspace_id);
  if (change.entity != "document") return {};
  const auto document = DocumentId::parse(change.entity_id);
  if (!document) return {};
  if (change.operation == "deleted")
    return retriever_->remove_document(change.workspace_id, *document, change.sequence);
  if (change.operation != "indexed") return {};
  Result<std::vector<IndexedChunk>> chunks = chunks_of_(change.workspace_id, *document);
  // Deleted since: that change is further on.
  if (chunks.status().code() == Code::not_found) return {};
  if (!chunks.ok()) return chunks.status();
  return retriever_->put_document(change.workspace_id, *document, *std::move(chunks),
                                  change.sequence);
}

}  // namespace monitora
