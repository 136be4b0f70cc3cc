// What reads documents and answers questions, wired from the settings: embedder, retriever,
// extractor, indexing.
#pragma once

#include <filesystem>
#include <memory>

#include "app/indexing.h"
#include "apps/database.h"
#include "retrieval/hybrid_retriever.h"

namespace monitora::apps {

// The embedding model of EMBEDDING_MODEL.
Result<std::shared_ptr<Embedder>> load_embedder(const config::Settings& settings);

struct Engine {
  std::shared_ptr<Embedder> embedder;
  std::unique_ptr<retrieval::HybridRetriever> retriever;
  std::unique_ptr<TextExtractor> extractor;
  std::unique_ptr<Indexing> indexing;
};

// The database outlives it. Makes DATA_DIR's sub-directories.
Result<Engine> make_engine(const config::Settings& settings, Database& database);

// DATA_DIR/tmp, for files that live as long as a request or a job; emptied by the server's start.
std::filesystem::path scratch_directory(const config::Settings& settings);

}  // namespace monitora::apps
