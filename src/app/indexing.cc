#include "app/indexing.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/log.h"
#include "base/text.h"
#include "ports/document_store.h"
#include "ports/text_extractor.h"
#include "ports/workspace_store.h"

namespace monitora {
namespace {

// A chunk's vectors are computed a few at a time, so that a stop or a deadline is noticed soon.
constexpr std::size_t kBatch = 8;

// After so many chunks (two seconds or so) it is asked whether the document is still there: one of
// 25 MiB takes minutes, and who comes next should not wait for one that was deleted.
constexpr std::size_t kStillThereEvery = 8 * kBatch;

// The original on disk while the extractor reads it.
class ScratchFile {
 public:
  explicit ScratchFile(const std::filesystem::path& directory) {
    std::string name = (directory / "index-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    if (fd < 0) return;
    path_ = name;
    file_ = ::fdopen(fd, "wb");
  }
  ~ScratchFile() {
    (void)close();  // the file goes away whatever it held
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  Status write(BytesView part) {
    if (file_ == nullptr || std::fwrite(part.data(), 1, part.size(), file_) != part.size())
      return failed();
    return {};
  }
  Status close() {
    if (file_ == nullptr) return {};
    const bool ok = std::fclose(std::exchange(file_, nullptr)) == 0;
    return ok ? Status() : failed();
  }

 private:
  static Status failed() {
    return Status(Code::unavailable, "disk_full",
                  {"Le disque du serveur est plein ou n'est pas accessible en écriture.",
                   "The server's disk is full or not writable."});
  }
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
};

// Only a section's first chunk holds its heading: the others mean little without it.
std::string text_to_embed(const Chunk& chunk) {
  const std::string& heading = chunk.place.heading;
  if (heading.empty() || chunk.content.starts_with(heading)) return chunk.content;
  return heading + "\n" + chunk.content;
}

// A file that cannot be read stays so: the person has to act, not the queue.
bool is_final(const Status& status) {
  return status.code() == Code::invalid_argument || status.code() == Code::unsupported_type ||
         status.code() == Code::too_large;
}

}  // namespace

Status Indexing::run(const WorkspaceId& workspace, const DocumentId& document, bool last_attempt) {
  const Status status = index(workspace, document);
  if (status.ok() || status.code() == Code::not_found) return {};
  if (!is_final(status) && !last_attempt) return status;
  log::warning("document {} was not indexed: {}", document.to_string(), status.to_string());
  const Sentence sentence =
      status.fields().empty() ? status.sentence() : status.fields().front().message;
  const Status marked = parts_.documents.mark_error(workspace, document, sentence);
  return marked.code() == Code::not_found ? Status() : marked;
}

Status Indexing::index(const WorkspaceId& workspace, const DocumentId& document) {
  MONITORA_ASSIGN(const Document row, parts_.documents.find(workspace, document));
  MONITORA_ASSIGN(const Workspace settings, parts_.workspaces.get(workspace));
  MONITORA_TRY(parts_.documents.mark_processing(workspace, document));

  ScratchFile original(parts_.scratch);
  MONITORA_TRY(parts_.documents.read_content(workspace, document,
                                             [&](BytesView part) { return original.write(part); }));
  MONITORA_TRY(original.close());
  MONITORA_ASSIGN(const ExtractedText text,
                  parts_.extractor.extract(original.path(), row.filename));

  std::vector<Chunk> chunks =
      parts_.chunker(text, settings.rag.chunk_size, settings.rag.chunk_overlap);
  if (chunks.empty())
    return Status(Code::invalid_argument, "no_text",
                  {"Ce fichier ne contient pas de texte.", "This file contains no text."});
  std::vector<Vector> vectors;
  vectors.reserve(chunks.size());
  for (std::size_t from = 0; from < chunks.size(); from += kBatch) {
    if (from > 0 && from % kStillThereEvery == 0)
      MONITORA_TRY(parts_.documents.find(workspace, document).status());
    std::vector<std::string> texts;
    for (std::size_t i = from; i < std::min(from + kBatch, chunks.size()); ++i) {
      chunks[i].id = ChunkId::random();
      chunks[i].document_id = document;
      texts.push_back(text_to_embed(chunks[i]));
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    MONITORA_ASSIGN(std::vector<Vector> batch,
                    parts_.embedder.embed(Embedder::Kind::passage, views));
    for (Vector& vector : batch) vectors.push_back(std::move(vector));
  }

  MONITORA_ASSIGN(const std::int64_t version,
                  parts_.documents.replace_chunks(workspace, document, chunks, vectors,
                                                  parts_.embedder.model()));
  std::vector<IndexedChunk> indexed;
  indexed.reserve(chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i)
    indexed.push_back({std::move(chunks[i]), row.filename, std::move(vectors[i])});
  // Found before it is called indexed: whoever reads that may ask at once.
  MONITORA_TRY(parts_.retriever.put_document(workspace, document, std::move(indexed), version));
  const Status marked = parts_.documents.mark_indexed(workspace, document);
  // Deleted between the two: what was put after its removal goes again.
  if (marked.code() == Code::not_found)
    return parts_.retriever.remove_document(workspace, document, version);
  return marked;
}

}  // namespace monitora
