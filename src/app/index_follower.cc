#include "app/index_follower.h"

#include "ports/retriever.h"

namespace monitora {
namespace {

constexpr std::size_t kMostWaiting = 10'000;

bool concerns_an_index(const Change& change) {
  if (change.entity == "workspace") return change.operation == "deleted";
  return change.entity == "document" &&
         (change.operation == "indexed" || change.operation == "deleted");
}

}  // namespace

Status IndexFollower::apply(const Change& change) {
  if (must_load_ || !concerns_an_index(change)) return {};
  Status status;
  if (waiting_.empty()) status = put(change);
  if (!waiting_.empty() || !status.ok()) waiting_.push_back(change);
  if (waiting_.size() > kMostWaiting) {
    must_load_ = true;
    waiting_.clear();
  }
  return status;
}

Status IndexFollower::catch_up() {
  if (must_load_) return load_anew();
  for (; !waiting_.empty(); waiting_.pop_front()) MONITORA_TRY(put(waiting_.front()));
  return {};
}

Status IndexFollower::load_anew() {
  MONITORA_TRY(retriever_->reload());
  must_load_ = false;
  waiting_.clear();
  return {};
}

Status IndexFollower::put(const Change& change) {
  if (change.entity == "workspace") return retriever_->remove_workspace(change.workspace_id);
  const auto document = DocumentId::parse(change.entity_id);
  if (!document) return {};
  if (change.operation == "deleted")
    return retriever_->remove_document(change.workspace_id, *document, change.sequence);
  Result<std::vector<IndexedChunk>> chunks = chunks_of_(change.workspace_id, *document);
  // Deleted since: that change is further on.
  if (chunks.status().code() == Code::not_found) return {};
  if (!chunks.ok()) return chunks.status();
  return retriever_->put_document(change.workspace_id, *document, *std::move(chunks),
                                  change.sequence);
}

}  // namespace monitora
