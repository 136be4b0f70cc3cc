#include "storage/changes.h"
#include "storage/chunk_rows.h"
#include "storage/cursor.h"
#include "storage/document_rows.h"
#include "storage/file_parts.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/stores.h"
#include "storage/time_list.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

Status absent() {
  return Status::not_found("document_not_found");
}

class SqlDocumentStore final : public DocumentStore {
 public:
  SqlDocumentStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<Page<Document>> list(const WorkspaceId& workspace, std::optional<DocumentStatus> status,
                              const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_cursor(page.cursor));
    TimeList list{.statement = "SELECT " + std::string(kDocumentColumns) +
                               " FROM documents d WHERE d.workspace_id = ?",
                  .params = {p(workspace)},
                  .time = "d.created_at",
                  .id = "d.id",
                  .latest_first = true};
    if (status) {
      list.statement += " AND d.status = ?";
      list.params.push_back(p(to_string(*status)));
    }
    return read_page(pool_, list, after, page_size(page), read_document,
                     [](const Row& row) { return time_or_nothing(row, 9); });
  }

  Result<Document> find(const WorkspaceId& workspace, const DocumentId& document) override {
    return required(query_one(pool_,
                              "SELECT " + std::string(kDocumentColumns) +
                                  " FROM documents d WHERE d.id = ? AND d.workspace_id = ?",
                              {p(document), p(workspace)}, read_document),
                    absent());
  }

  Result<Access> find_for_user(const UserId& user, const DocumentId& document) override {
    const auto read = [](const Row& row) {
      return Access{read_document(row),
                    parse_user_role(row.text(kDocumentColumnCount)).value_or(UserRole::lecteur)};
    };
    return required(
        query_one(pool_,
                  "SELECT " + std::string(kDocumentColumns) +
                      ", CASE WHEN w.user_id = ? THEN 'admin' ELSE a.role END FROM documents d "
                      "JOIN workspaces w ON w.id = d.workspace_id "
                      "LEFT JOIN workspace_members a ON a.workspace_id = w.id AND a.user_id = ? "
                      "WHERE d.id = ? AND (w.user_id = ? OR a.user_id = ?)",
                  {p(user), p(user), p(document), p(user), p(user)}, read),
        absent());
  }

  Result<Document> create(const WorkspaceId& workspace, const Document& document,
                          const std::filesystem::path& content) override {
    Document stored = document;
    stored.id = DocumentId::random();
    stored.workspace_id = workspace;
    stored.status = DocumentStatus::pending;
    stored.chunk_count = 0;
    stored.error_message.clear();
    stored.created_at = clock_.now();
    stored.indexed_at.reset();
    const Status status = pool_.transact([&](Connection& connection) -> Status {
      FileParts parts(content);  // opened here: a transaction may be run again
      if (!parts.open()) return Status::internal("an uploaded file cannot be opened");
      stored.file_size = parts.size();
      MONITORA_TRY(insert_row(connection, stored));
      constexpr std::string_view kColumns[] = {"document_id"};
      const Param id[] = {p(stored.id)};
      MONITORA_TRY(connection.insert_blob(
          "document_contents", kColumns, id, "content", parts.size(),
          [&](std::span<std::uint8_t> buffer) { return parts.read(buffer); }));
      MONITORA_TRY(parts.check_end());
      MONITORA_TRY(insert_job(connection, "index_document",
                              index_document_payload(workspace, stored.id), stored.created_at,
                              stored.created_at)
                       .status());
      return log_change(connection, workspace, "document", stored.id.to_string(), "created",
                        stored.created_at);
    });
    MONITORA_TRY(workspace_must_exist(status));
    return stored;
  }

  Status read_content(const WorkspaceId& workspace, const DocumentId& document,
                      const std::function<Status(BytesView)>& part) override {
    return pool_.read([&](Connection& connection) -> Status {
      MONITORA_TRY(must_exist(connection, workspace, document));
      return connection.read_blob("document_contents", "content", "document_id", p(document), part);
    });
  }

  Status remove(const WorkspaceId& workspace, const DocumentId& document) override {
    return pool_.transact([&](Connection& connection) -> Status {
      // Chunks and bytes go with the row (ON DELETE CASCADE).
      MONITORA_ASSIGN(const auto rows,
                      connection.execute("DELETE FROM documents WHERE id = ? AND workspace_id = ?",
                                         {p(document), p(workspace)}));
      if (rows == 0) return absent();
      return log_change(connection, workspace, "document", document.to_string(), "deleted",
                        clock_.now());
    });
  }

  Status request_indexing(const WorkspaceId& workspace, const DocumentId& document) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_TRY(must_exist(connection, workspace, document));
      return insert_index_jobs(connection, workspace, {document}, clock_.now());
    });
  }

  Result<int> request_indexing_of_all(const WorkspaceId& workspace) override {
    int count = 0;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      const Param params[] = {p(workspace)};
      MONITORA_ASSIGN(
          const std::vector<DocumentId> documents,
          query_all(connection,
                    "SELECT id FROM documents WHERE workspace_id = ? ORDER BY created_at, id",
                    params, [](const Row& row) { return DocumentId(row.uuid(0)); }));
      count = static_cast<int>(documents.size());
      return insert_index_jobs(connection, workspace, documents, clock_.now());
    }));
    return count;
  }

  Status mark_processing(const WorkspaceId& workspace, const DocumentId& document) override {
    return update(workspace, document,
                  "UPDATE documents SET error_message = ?, status = CASE WHEN status = "
                  "'indexed' THEN status ELSE 'processing' END "
                  "WHERE id = ? AND workspace_id = ?",
                  p(nullptr));
  }

  Status mark_error(const WorkspaceId& workspace, const DocumentId& document,
                    const Sentence& sentence) override {
    const std::string message = sentence_json(sentence);
    return update(workspace, document,
                  "UPDATE documents SET error_message = ?, status = CASE WHEN status = "
                  "'indexed' THEN status ELSE 'error' END "
                  "WHERE id = ? AND workspace_id = ?",
                  p(message));
  }

  Status mark_indexed(const WorkspaceId& workspace, const DocumentId& document) override {
    return update(workspace, document,
                  "UPDATE documents SET indexed_at = ?, status = 'indexed', error_message = NULL "
                  "WHERE id = ? AND workspace_id = ?",
                  p(clock_.now()));
  }

  Result<std::int64_t> replace_chunks(const WorkspaceId& workspace, const DocumentId& document,
                                      const std::vector<Chunk>& chunks,
                                      const std::vector<Vector>& vectors,
                                      const std::string& embedding_model) override {
    if (chunks.size() != vectors.size())
      return Status::internal("as many vectors as chunks wanted");
    std::int64_t version = 0;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      const Time now = clock_.now();
      // The row first: two nodes that index one document wait for each other here.
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute(
              "UPDATE documents SET chunk_count = ? WHERE id = ? AND workspace_id = ?",
              {p(static_cast<std::int64_t>(chunks.size())), p(document), p(workspace)}));
      if (rows == 0) return absent();
      MONITORA_TRY(
          connection
              .execute("DELETE FROM document_chunks WHERE document_id = ? AND workspace_id = ?",
                       {p(document), p(workspace)})
              .status());
      MONITORA_TRY(
          insert_chunks(connection, workspace, document, chunks, vectors, embedding_model, now));
      MONITORA_TRY(
          log_change(connection, workspace, "document", document.to_string(), "indexed", now));
      MONITORA_ASSIGN(version, chunks_version(connection, workspace));
      return {};
    }));
    return version;
  }

  Result<Page<StoredChunk>> chunks(const WorkspaceId& workspace, const DocumentId& document,
                                   const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_index_cursor(page.cursor));
    const int size = page_size(page);
    std::vector<StoredChunk> found;
    MONITORA_TRY(find(workspace, document).status());
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement = "SELECT " + std::string(kChunkColumns) +
                              ", k.embedding_model FROM document_chunks k "
                              "WHERE k.document_id = ? AND k.workspace_id = ?";
      std::vector<Param> params{p(document), p(workspace)};
      if (after) {
        statement += " AND k.chunk_index > ?";
        params.push_back(p(*after));
      }
      statement += " ORDER BY k.chunk_index";
      append_limit(connection.dialect(), size + 1, statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        found.push_back({read_chunk(row), std::string(row.text(kChunkColumnCount))});
        return Status();
      });
    }));
    return finish_page(std::move(found), size, [](const StoredChunk& last) {
      return write_cursor(std::int64_t{last.chunk.index});
    });
  }

  Result<std::vector<IndexedChunk>> indexed_chunks(const WorkspaceId& workspace,
                                                   const DocumentId& document) override {
    std::vector<IndexedChunk> found;
    MONITORA_TRY(pool_.read([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(
          const std::string filename,
          required(query_one(connection,
                             "SELECT filename FROM documents WHERE id = ? AND workspace_id = ?",
                             {p(document), p(workspace)},
                             [](const Row& row) { return std::string(row.text(0)); }),
                   absent()));
      return connection.query("SELECT " + std::string(kChunkColumns) +
                                  ", k.embedding FROM document_chunks k "
                                  "WHERE k.document_id = ? AND k.workspace_id = ? "
                                  "ORDER BY k.chunk_index",
                              {p(document), p(workspace)}, [&](const Row& row) -> Status {
                                MONITORA_ASSIGN(Vector vector,
                                                read_vector(row.bytes(kChunkColumnCount)));
                                found.push_back({read_chunk(row), filename, std::move(vector)});
                                return {};
                              });
    }));
    return found;
  }

  Result<std::vector<WorkspaceId>> workspaces_of_other_models(const std::string& model) override {
    std::vector<WorkspaceId> found;
    // Seeks beside the model in the index of (embedding_model, workspace_id); <> would read all of
    // it.
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT workspace_id FROM document_chunks WHERE embedding_model < ? "
          "UNION SELECT workspace_id FROM document_chunks WHERE embedding_model > ? "
          "UNION SELECT workspace_id FROM document_chunks WHERE embedding_model IS NULL",
          {p(model), p(model)}, [&](const Row& row) {
            found.emplace_back(row.uuid(0));
            return Status();
          });
    }));
    return found;
  }

 private:
  static Status must_exist(Connection& connection, const WorkspaceId& workspace,
                           const DocumentId& document) {
    MONITORA_ASSIGN(const bool there,
                    exists(connection, "SELECT 1 FROM documents WHERE id = ? AND workspace_id = ?",
                           {p(document), p(workspace)}));
    return there ? Status() : absent();
  }

  static Status insert_row(Connection& connection, const Document& document) {
    return connection.post(
        "INSERT INTO documents (id, workspace_id, filename, file_size, mime_type, "
        "content_sha256, "
        "status, chunk_count, created_at) VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, ?)",
        {p(document.id), p(document.workspace_id), p(document.filename), p(document.file_size),
         p_or_null(document.mime_type), p_or_null(document.content_sha256),
         p(document.created_at)});
  }

  Status update(const WorkspaceId& workspace, const DocumentId& document,
                std::string_view statement, const Param& value) {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute(statement, {value, p(document), p(workspace)}));
      if (rows == 0) return absent();
      return log_change(connection, workspace, "document", document.to_string(), "updated",
                        clock_.now());
    });
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<DocumentStore> make_document_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlDocumentStore>(pool, clock);
}

}  // namespace monitora::storage
