#include "apps/document_file.h"

#include <fmt/format.h>

#include <fstream>

#include "domain/filename.h"
#include "ports/text_extractor.h"

namespace monitora::apps {
namespace {

Result<std::string> sha256_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Sha256 hash;
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0)
    hash.update(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())}));
  if (in.bad() || !in.is_open())
    return Status(Code::not_found, "no_file",
                  {fmt::format("{} ne peut pas être lu.", file.string()),
                   fmt::format("{} cannot be read.", file.string())});
  return hex(hash.finish());
}

}  // namespace

Result<Document> store_file(DocumentStore& documents, TextExtractor& extractor,
                            const WorkspaceId& workspace, const std::filesystem::path& file) {
  Document document;
  document.workspace_id = workspace;
  document.filename = sanitize_filename(file.filename().string());
  MONITORA_ASSIGN(document.content_sha256, sha256_of(file));
  MONITORA_ASSIGN(document.mime_type, extractor.detect_type(file, document.filename));
  document.file_size = static_cast<std::int64_t>(std::filesystem::file_size(file));
  return documents.create(workspace, document, file);
}

}  // namespace monitora::apps
