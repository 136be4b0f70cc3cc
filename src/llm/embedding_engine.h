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
  // Copies the weights out of `file`: the project's own kernels where the processor has what they
  // need, OpenVINO elsewhere. internal if OpenVINO refuses (its plugin is missing).
  static Result<std::unique_ptr<EmbeddingEngine>> create(const EmbeddingModelFile& file,
                                                         int workers);
  virtual ~EmbeddingEngine() = default;

  // The mean of the last layer over the tokens, L2-normalised. `embeddings` is tokens × hidden:
  // each token's word, position and type embeddings summed. Waits for a free worker as long as
  // Deadline::current() allows; waiting questions go before waiting passages. The kernels work on
  // the calling thread. corrupted `embedding_model_damaged` when no finite vector comes out.
  virtual Result<Vector> run(Embedder::Kind kind, const std::vector<float>& embeddings) = 0;
};

// The two that create() chooses from.
std::unique_ptr<EmbeddingEngine> make_kernel_engine(const EmbeddingModelFile& file, int workers);
// Sets environment variables: to be called before other threads read the environment.
Result<std::unique_ptr<EmbeddingEngine>> make_openvino_engine(const EmbeddingModelFile& file,
                                                              int workers);

// The vector scaled to length 1, or corrupted `embedding_model_damaged`.
Result<Vector> normalised(Vector vector);

}  // namespace monitora::llm
