#include "app/index_follower.h"

#include "ports/document_store.h"
#include "ports/job_store.h"
#include "ports/retriever.h"

namespace monitora {
namespace {

constexpr int kBatch = 500;

Status apply(const Change& change, DocumentStore& documents, Retriever& retriever) {
  if (change.entity == "workspace" && change.operation == "deleted")
    return retriever.remove_workspace(change.workspace_id);
  if (change.entity != "document") return {};
  const auto document = DocumentId::parse(change.entity_id);
  if (!document) return {};
  if (change.operation == "deleted")
    return retriever.remove_document(change.workspace_id, *document, change.sequence);
  if (change.operation != "indexed") return {};
  Result<std::vector<IndexedChunk>> chunks =
      documents.indexed_chunks(change.workspace_id, *document);
  // Deleted since: that change is further on.
  if (chunks.status().code() == Code::not_found) return {};
  if (!chunks.ok()) return chunks.status();
  return retriever.put_document(change.workspace_id, *document, *std::move(chunks),
                                change.sequence);
}

}  // namespace

Result<IndexFollower> IndexFollower::start(ChangeLog& changes, DocumentStore& documents,
                                           Retriever& retriever) {
  MONITORA_ASSIGN(const std::int64_t latest, changes.latest());
  return IndexFollower(changes, documents, retriever, latest);
}

Status IndexFollower::catch_up() {
  while (true) {
    MONITORA_ASSIGN(const std::vector<Change> changes, changes_->since(sequence_, kBatch));
    for (const Change& change : changes) {
      MONITORA_TRY(apply(change, *documents_, *retriever_));
      sequence_ = change.sequence;
    }
    if (changes.size() < kBatch) return {};
  }
}

}  // namespace monitora
