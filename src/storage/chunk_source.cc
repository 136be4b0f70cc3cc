#include "storage/changes.h"
#include "storage/document_rows.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;

class SqlChunkSource final : public ChunkSource {
 public:
  explicit SqlChunkSource(sql::Pool& pool) : pool_(pool) {}

  Result<std::int64_t> version(const WorkspaceId& workspace) override {
    std::int64_t version = 0;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(version, chunks_version(connection, workspace));
      return {};
    }));
    return version;
  }

  Status for_each(const WorkspaceId& workspace, const std::string& model,
                  const std::function<Status(IndexedChunk)>& each) override {
    // One index holds a workspace's chunks in the order that is wanted, so nothing is sorted or
    // held. CROSS JOIN keeps SQLite to it; COALESCE keeps it from the index by model. Chunks of a
    // document that is `processing` are new: it becomes `indexed` when they are found.
    return pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT " + std::string(kChunkColumns) +
              ", k.embedding, d.filename FROM document_chunks k CROSS JOIN documents d "
              "WHERE k.workspace_id = ? AND COALESCE(k.embedding_model, '') = ? "
              "AND d.id = k.document_id AND d.workspace_id = ? AND d.status IN ('processing', "
              "'indexed') "
              "ORDER BY k.document_id, k.chunk_index",
          {p(workspace), p(model), p(workspace)}, [&](const sql::Row& row) -> Status {
            MONITORA_ASSIGN(Vector vector, read_vector(row.bytes(kChunkColumnCount)));
            return each(
                {read_chunk(row), std::string(row.text(kChunkColumnCount + 1)), std::move(vector)});
          });
    });
  }

 private:
  sql::Pool& pool_;
};

}  // namespace

std::unique_ptr<ChunkSource> make_chunk_source(sql::Pool& pool) {
  return std::make_unique<SqlChunkSource>(pool);
}

}  // namespace monitora::storage
