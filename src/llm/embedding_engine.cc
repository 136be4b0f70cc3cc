#include "llm/embedding_engine.h"

#include <cmath>

#include "llm/embedding_workers.h"
#include "llm/encoder.h"

namespace monitora::llm {
namespace {

class KernelEngine final : public EmbeddingEngine {
 public:
  KernelEngine(const EmbeddingModelFile& file, int workers)
      : encoder_(file), scratch_(static_cast<std::size_t>(workers)), workers_(workers) {}

  Result<Vector> run(Embedder::Kind kind, const std::vector<float>& embeddings) override {
    MONITORA_ASSIGN(const int worker, workers_.borrow(kind));
    Vector mean = encoder_.run(embeddings, scratch_[static_cast<std::size_t>(worker)]);
    workers_.give_back(worker);
    return normalised(std::move(mean));
  }

 private:
  const Encoder encoder_;
  std::vector<EncoderScratch> scratch_;  // one a worker
  EmbeddingWorkers workers_;
};

}  // namespace

Result<Vector> normalised(Vector vector) {
  double squares = 0;
  for (float x : vector) squares += static_cast<double>(x) * x;
  if (!std::isfinite(squares) || squares <= 0)
    return damaged_embedding_model("it computes no finite vector");
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (float& x : vector) x *= scale;
  return vector;
}

std::unique_ptr<EmbeddingEngine> make_kernel_engine(const EmbeddingModelFile& file, int workers) {
  return std::make_unique<KernelEngine>(file, workers);
}

Result<std::unique_ptr<EmbeddingEngine>> EmbeddingEngine::create(const EmbeddingModelFile& file,
                                                                 int workers) {
  if (processor_has_encoder_kernels()) return make_kernel_engine(file, workers);
  return make_openvino_engine(file, workers);
}

}  // namespace monitora::llm
