#include "storage/document_rows.h"

#include <bit>
#include <cstring>

#include "storage/json.h"

namespace monitora::storage {

static_assert(std::endian::native == std::endian::little && sizeof(float) == 4,
              "vectors are stored as they are in memory");

Document read_document(const sql::Row& row) {
  Document document;
  document.id = DocumentId(row.uuid(0));
  document.workspace_id = WorkspaceId(row.uuid(1));
  document.filename = row.text(2);
  document.file_size = row.integer(3);
  document.mime_type = row.text(4);
  document.content_sha256 = row.text(5);
  document.status = parse_document_status(row.text(6)).value_or(DocumentStatus::pending);
  document.chunk_count = static_cast<int>(row.integer(7));
  document.error_message = row.text(8);
  document.created_at = row.time(9);
  if (!row.is_null(10)) document.indexed_at = row.time(10);
  return document;
}

Chunk read_chunk(const sql::Row& row) {
  Chunk chunk;
  chunk.id = ChunkId(row.uuid(0));
  chunk.document_id = DocumentId(row.uuid(1));
  chunk.index = static_cast<int>(row.integer(2));
  chunk.content = row.text(3);
  chunk.place = read_place(row.text(4));
  return chunk;
}

BytesView vector_bytes(const Vector& vector) {
  return {reinterpret_cast<const std::uint8_t*>(vector.data()), vector.size() * sizeof(float)};
}

Result<Vector> read_vector(BytesView bytes) {
  if (bytes.size() % sizeof(float) != 0)
    return Status(Code::corrupted, "vector_corrupted",
                  {"L'index de ce document est abîmé. Relancez son indexation.",
                   "The index of this document is damaged. Index it again."});
  Vector vector(bytes.size() / sizeof(float));
  if (!vector.empty()) std::memcpy(vector.data(), bytes.data(), bytes.size());
  return vector;
}

}  // namespace monitora::storage
