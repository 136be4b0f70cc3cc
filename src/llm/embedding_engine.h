// Runs the encoder: a bounded number of texts at once, one thread each.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "llm/embedding_file.h"
#include "ports/embedder.h"

namespace monitora::llm {

// Thread-safe.
class EmbeddingEngine {
 public:
  // Copies the weights out of `file`. internal if OpenVINO refuses (its plugin is missing). Sets an
  // environment variable: to be called before other threads read the environment.
  static Result<std::unique_ptr<EmbeddingEngine>> create(const EmbeddingModelFile& file,
                                                         int workers);
  virtual ~EmbeddingEngine() = default;

  // The mean of the last layer over the tokens, L2-normalised. `embeddings` is tokens × hidden:
  // each token's word, position and type embeddings summed. Waits for a free worker as long as
  // Deadline::current() allows; waiting questions go before waiting passages.
  virtual Result<Vector> run(Embedder::Kind kind, const std::vector<float>& embeddings) = 0;
};

}  // namespace monitora::llm
