#include "apps/engine.h"

#include "ingest/child_extractor.h"
#include "ingest/chunker.h"
#include "llm/embedding_model.h"

namespace monitora::apps {
namespace {

std::filesystem::path model_file() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path beside = program.parent_path() / "../share/monitora/e5-small-q4.bin";
  if (!error && std::filesystem::exists(beside, error)) return beside;
  return std::filesystem::path(MONITORA_DEPS) / "model/e5-small-q4.bin";
}

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

Result<std::shared_ptr<Embedder>> load_embedder(const config::Settings& settings) {
  const std::string& name = settings.embedding_model;
  if (name.empty() || name == "builtin") return llm::load_builtin_embedder(model_file());
  return llm::load_builtin_embedder(name);
}

Result<Engine> make_engine(const config::Settings& settings, Database& database) {
  Engine engine;
  MONITORA_TRY(make_directory(scratch_directory(settings)));
  MONITORA_TRY(make_directory(settings.data_dir / "indexes"));
  MONITORA_ASSIGN(engine.embedder, load_embedder(settings));
  retrieval::Options options;
  options.directory = settings.data_dir / "indexes";
  engine.retriever = retrieval::make_hybrid_retriever(*database.chunks, engine.embedder->model(),
                                                      engine.embedder->dimension(), options);
  engine.extractor = ingest::make_child_extractor();
  const Chunker chunker = [](const ExtractedText& text, int size, int overlap) {
    return ingest::chunk_text(text, {size, overlap});
  };
  engine.indexing = std::make_unique<Indexing>(
      IndexingParts{*database.documents, *database.workspaces, *engine.extractor, chunker,
                    *engine.embedder, *engine.retriever, scratch_directory(settings)});
  return engine;
}

}  // namespace monitora::apps
