// Documents, their bytes, their chunks and vectors.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/account.h"
#include "domain/document.h"
#include "ports/retriever.h"
#include "ports/stores.h"

namespace monitora {

class DocumentStore {
 public:
  virtual ~DocumentStore() = default;

  // Latest first; `status` filters.
  virtual Result<Page<Document>> list(const WorkspaceId& workspace,
                                      std::optional<DocumentStatus> status,
                                      const PageRequest& page) = 0;
  virtual Result<Document> find(const WorkspaceId& workspace, const DocumentId& document) = 0;
  // A document of any workspace that the user may read, with the user's role there.
  struct Access {
    Document document;
    UserRole role;
  };
  virtual Result<Access> find_for_user(const UserId& user, const DocumentId& document) = 0;

  // The row, its bytes (read from `content` in parts, never whole in memory) and an indexing job
  // `index_document`, in one transaction. Id, times and status are the store's.
  virtual Result<Document> create(const WorkspaceId& workspace, const Document& document,
                                  const std::filesystem::path& content) = 0;
  // Calls `part` with the original bytes in order, in parts of at most 256 KiB.
  virtual Status read_content(const WorkspaceId& workspace, const DocumentId& document,
                              const std::function<Status(BytesView part)>& part) = 0;
  // Chunks, vectors, bytes and row; writes change_log. Answers never use it afterwards.
  virtual Status remove(const WorkspaceId& workspace, const DocumentId& document) = 0;
  // An `index_document` job for this or every document, unless one waits already; status stays
  // until the new chunks are there. Answers how many documents there are.
  virtual Status request_indexing(const WorkspaceId& workspace, const DocumentId& document) = 0;
  virtual Result<int> request_indexing_of_all(const WorkspaceId& workspace) = 0;

  // The steps of a job. A document indexed before stays `indexed` during a new indexing, and when
  // that fails: its old chunks go on answering, and error_message says what went wrong.
  virtual Status mark_processing(const WorkspaceId& workspace, const DocumentId& document) = 0;
  virtual Status mark_error(const WorkspaceId& workspace, const DocumentId& document,
                            const Sentence& sentence) = 0;
  // Replaces the document's chunks in one transaction, sets chunk_count, writes change_log (from
  // there nodes index them) and answers the workspace's new version; status stays. Vectors and
  // chunks have the same order. not_found if the document was deleted meanwhile.
  virtual Result<std::int64_t> replace_chunks(const WorkspaceId& workspace,
                                              const DocumentId& document,
                                              const std::vector<Chunk>& chunks,
                                              const std::vector<Vector>& vectors,
                                              const std::string& embedding_model) = 0;
  // Status `indexed` and indexed_at: its chunks are there, and the node that says so finds them.
  // not_found if the document was deleted meanwhile.
  virtual Status mark_indexed(const WorkspaceId& workspace, const DocumentId& document) = 0;
  virtual Result<Page<StoredChunk>> chunks(const WorkspaceId& workspace, const DocumentId& document,
                                           const PageRequest& page) = 0;
  // All chunks of a document with their vectors and the file name, in order.
  virtual Result<std::vector<IndexedChunk>> indexed_chunks(const WorkspaceId& workspace,
                                                           const DocumentId& document) = 0;
  // Workspaces that have chunks of another model than `model`, to be embedded again.
  virtual Result<std::vector<WorkspaceId>> workspaces_of_other_models(const std::string& model) = 0;
};

}  // namespace monitora
