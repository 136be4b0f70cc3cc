// Files that come in, go out and are indexed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "app/actor.h"
#include "ports/document_store.h"
#include "ports/retriever.h"
#include "ports/text_extractor.h"

namespace monitora {

struct DocumentParts {
  DocumentStore& documents;
  ChunkSource& chunks;
  Retriever& retriever;
  TextExtractor& extractor;
  AuditLog& audit;
  std::function<void()> jobs_added;  // wakes the job runner; may be empty
};

// Thread-safe. The parts outlive it. Who may is checked by the caller (guard, find).
class Documents {
 public:
  explicit Documents(DocumentParts parts) : parts_(std::move(parts)) {}

  // Stores the file with a job that will index it. `file` is read, not kept. unsupported_type
  // `unsupported_file_type` by its content; invalid_argument `empty_file`. The same content may
  // come twice: it is two documents.
  Result<Document> upload(const Actor& actor, const WorkspaceId& workspace,
                          const std::filesystem::path& file, const std::string& filename);

  // The document and the user's role in its workspace: not_found for foreign and absent;
  // permission_denied `admin_required` when `as_admin` and the role is lecteur.
  Result<Document> find(const UserId& user, const DocumentId& document, bool as_admin);

  // From its return no answer uses the document.
  Status remove(const Actor& actor, const Document& document);
  // Answers keep coming from the old chunks until the new are ready.
  Status reindex(const Actor& actor, const Document& document);
  Result<int> reindex_all(const Actor& actor, const WorkspaceId& workspace);

 private:
  void wake() const {
    if (parts_.jobs_added) parts_.jobs_added();
  }
  DocumentParts parts_;
};

}  // namespace monitora
