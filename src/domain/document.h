// An uploaded file and the state of its indexing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "domain/passage.h"

namespace monitora {

// pending → processing → indexed | error; a reindexed document stays `indexed` until its new chunks
// replace the old.
enum class DocumentStatus { pending, processing, indexed, error };

std::string_view to_string(DocumentStatus status);
std::optional<DocumentStatus> parse_document_status(std::string_view text);

struct Document {
  DocumentId id;
  WorkspaceId workspace_id;
  std::string filename;
  std::int64_t file_size = 0;
  std::string mime_type;
  std::string content_sha256;  // 64 hex characters
  DocumentStatus status = DocumentStatus::pending;
  int chunk_count = 0;
  std::string error_message;  // in French and English, as JSON {"fr","en"} in the database
  Time created_at;
  std::optional<Time> indexed_at;
};

// A stored chunk, with the model of its vector.
struct StoredChunk {
  Chunk chunk;
  std::string embedding_model;
};

}  // namespace monitora
