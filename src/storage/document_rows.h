// Reading rows of documents and document_chunks.
#pragma once

#include <string_view>

#include "base/crypto.h"
#include "base/status.h"
#include "domain/document.h"
#include "ports/embedder.h"
#include "sql/connection.h"

namespace monitora::storage {

// Of `documents d`, for read_document.
inline constexpr std::string_view kDocumentColumns =
    "d.id, d.workspace_id, d.filename, d.file_size, d.mime_type, d.content_sha256, d.status, "
    "d.chunk_count, d.error_message, d.created_at, d.indexed_at";
inline constexpr int kDocumentColumnCount = 11;
Document read_document(const sql::Row& row);

// Of `document_chunks k`, for read_chunk.
inline constexpr std::string_view kChunkColumns =
    "k.id, k.document_id, k.chunk_index, k.content, k.metadata";
inline constexpr int kChunkColumnCount = 5;
Chunk read_chunk(const sql::Row& row);

// Vectors are stored as float32, little-endian, one after the other. A view of `vector`'s own
// memory.
BytesView vector_bytes(const Vector& vector);
// corrupted `vector_corrupted` for a length that is not a whole number of floats.
Result<Vector> read_vector(BytesView bytes);

}  // namespace monitora::storage
