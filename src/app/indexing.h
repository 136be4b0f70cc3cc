// The job that makes a document searchable: read → extract → chunk → embed → store → index.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "ports/chunker.h"

namespace monitora {

class DocumentStore;
class Embedder;
class Retriever;
class TextExtractor;
class WorkspaceStore;

struct IndexingParts {
  DocumentStore& documents;
  WorkspaceStore& workspaces;
  TextExtractor& extractor;
  Chunker chunker;
  Embedder& embedder;
  Retriever& retriever;
  std::filesystem::path scratch;  // a directory of ours for the original while it is read
};

class Indexing {
 public:
  explicit Indexing(IndexingParts parts) : parts_(std::move(parts)) {}

  // Ok also when the document is gone, or cannot be read (its status then says why): nothing to try
  // again. Any other error is worth another attempt. Safe to repeat. Blocking; `last_attempt` puts
  // the document in error instead of leaving it for later.
  Status run(const WorkspaceId& workspace, const DocumentId& document, bool last_attempt);

 private:
  Status index(const WorkspaceId& workspace, const DocumentId& document);
  IndexingParts parts_;
};

}  // namespace monitora
