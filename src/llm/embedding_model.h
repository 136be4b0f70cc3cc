// The built-in embedding model: multilingual-e5-small (384 dimensions, 512 tokens) run in this
// process from its one file (embedding_file.h).
#pragma once

#include <filesystem>
#include <memory>

#include "base/status.h"
#include "ports/embedder.h"

namespace monitora::llm {

inline constexpr const char* kBuiltinEmbeddingModel = "multilingual-e5-small-q4";

struct EmbedderOptions {
  // Texts embedded at the same time, one thread each; 0: one a hardware thread, at most 4.
  int workers = 0;
};

// Some 0.2 s, or 0.5 s where OpenVINO runs it; call it before starting threads (it may set
// environment variables). Errors, each with a sentence that says what to do:
//   not_found `embedding_model_missing`, unavailable `embedding_model_unreadable`,
//   corrupted `embedding_model_damaged`, internal (OpenVINO does not work here).
// The model's embed() adds: deadline_exceeded, cancelled, corrupted `embedding_model_damaged`.
Result<std::shared_ptr<Embedder>> load_builtin_embedder(const std::filesystem::path& model_file,
                                                        const EmbedderOptions& options = {});

}  // namespace monitora::llm
