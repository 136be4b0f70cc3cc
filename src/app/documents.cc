#include "app/documents.h"

#include <array>
#include <fstream>

#include "base/crypto.h"
#include "domain/filename.h"

namespace monitora {
namespace {

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::array<char, 64 * 1024> buffer;
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0)
    hash.update(as_bytes({buffer.data(), static_cast<std::size_t>(file.gcount())}));
  if (!file.eof()) return Status::internal("an uploaded file cannot be read");
  return hex(hash.finish());
}

}  // namespace

Result<Document> Documents::upload(const Actor& actor, const WorkspaceId& workspace,
                                   const std::filesystem::path& file, const std::string& filename) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return Status::internal("an uploaded file is gone: " + error.message());
  if (size == 0)
    return Status(
        Code::invalid_argument, "empty_file",
        {"Ce fichier est vide : choisissez-en un autre.", "This file is empty: choose another."});
  Document document;
  document.filename = sanitize_filename(filename);
  document.file_size = static_cast<std::int64_t>(size);
  MONITORA_ASSIGN(document.mime_type, parts_.extractor.detect_type(file, document.filename));
  MONITORA_ASSIGN(document.content_sha256, sha256_of_file(file));
  MONITORA_ASSIGN(Document stored, parts_.documents.create(workspace, document, file));
  record(parts_.audit, actor, "document.upload", workspace, stored.id.to_string());
  wake();
  return stored;
}

Result<Document> Documents::find(const UserId& user, const DocumentId& document, bool as_admin) {
  MONITORA_ASSIGN(DocumentStore::Access access, parts_.documents.find_for_user(user, document));
  if (as_admin && access.role != UserRole::admin)
    return Status(Code::permission_denied, "admin_required",
                  {"Seul un administrateur de cet espace peut le faire.",
                   "Only an administrator of this workspace may do this."});
  return std::move(access.document);
}

Status Documents::remove(const Actor& actor, const Document& document) {
  MONITORA_TRY(parts_.documents.remove(document.workspace_id, document.id));
  record(parts_.audit, actor, "document.delete", document.workspace_id, document.id.to_string());
  MONITORA_ASSIGN(const std::int64_t version, parts_.chunks.version(document.workspace_id));
  return parts_.retriever.remove_document(document.workspace_id, document.id, version);
}

Status Documents::reindex(const Actor& actor, const Document& document) {
  MONITORA_TRY(parts_.documents.request_indexing(document.workspace_id, document.id));
  record(parts_.audit, actor, "document.reindex", document.workspace_id, document.id.to_string());
  wake();
  return {};
}

Result<int> Documents::reindex_all(const Actor& actor, const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const int count, parts_.documents.request_indexing_of_all(workspace));
  record(parts_.audit, actor, "document.reindex_all", workspace);
  wake();
  return count;
}

}  // namespace monitora
