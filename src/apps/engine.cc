#include "apps/engine.h"

#include "ingest/child_extractor.h"
#include "ingest/chunker.h"
#include "retrieval/question_clusterer.h"
#include "retrieval/word_reader.h"

namespace monitora::apps {
namespace {

Status make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) return {};
  return Status(
      Code::unavailable, "data_directory_read_only",
      {"Le dossier de données n'est pas accessible en écriture : changez ses droits, ou donnez un "
       "autre DATA_DIR.",
       "The data directory is not writable: change its permissions, or give another DATA_DIR."},
      directory.string() + ": " + error.message());
}

}  // namespace

std::filesystem::path scratch_directory(const config::Settings& settings) {
  return settings.data_dir / "tmp";
}

Result<Engine> make_engine(const config::Settings& settings, Database& database,
                           Embedder& embedder) {
  Engine engine;
  MONITORA_TRY(make_directory(scratch_directory(settings)));
  MONITORA_TRY(make_directory(settings.data_dir / "indexes"));
  retrieval::Options options;
  options.directory = settings.data_dir / "indexes";
  engine.retriever = retrieval::make_hybrid_retriever(*database.chunks, embedder.model(),
                                                      embedder.dimension(), options);
  engine.extractor = ingest::make_child_extractor();
  const Chunker chunker = [](const ExtractedText& text, int size, int overlap) {
    return ingest::chunk_text(text, {size, overlap});
  };
  engine.indexing = std::make_unique<Indexing>(
      IndexingParts{*database.documents, *database.workspaces, *engine.extractor, chunker, embedder,
                    *engine.retriever, scratch_directory(settings)});
  engine.clusterer = retrieval::make_question_clusterer();
  engine.words = retrieval::make_word_reader();
  return engine;
}

}  // namespace monitora::apps
