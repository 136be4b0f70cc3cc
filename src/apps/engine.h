// What reads documents and searches them, wired from the settings.
#pragma once

#include <filesystem>
#include <memory>

#include "app/documents.h"
#include "app/indexing.h"
#include "apps/database.h"
#include "ports/question_clusterer.h"
#include "ports/text_extractor.h"
#include "ports/word_reader.h"
#include "retrieval/hybrid_retriever.h"

namespace monitora::apps {

struct Engine {
  std::unique_ptr<retrieval::HybridRetriever> retriever;
  std::unique_ptr<TextExtractor> extractor;
  std::unique_ptr<Indexing> indexing;
  std::unique_ptr<QuestionClusterer> clusterer;
  std::unique_ptr<WordReader> words;
};

// Database and embedder outlive it. Makes DATA_DIR's sub-directories.
Result<Engine> make_engine(const config::Settings& settings, Database& database,
                           Embedder& embedder);

// DATA_DIR/tmp, for files that live as long as a request or a job; emptied when the server starts.
std::filesystem::path scratch_directory(const config::Settings& settings);

}  // namespace monitora::apps
