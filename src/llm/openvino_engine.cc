// The encoder in OpenVINO, for processors that have no AVX-512 VNNI.
#include <malloc.h>

#include <cstdlib>
#include <openvino/openvino.hpp>

#include "llm/embedding_engine.h"
#include "llm/embedding_graph.h"
#include "llm/embedding_workers.h"

namespace monitora::llm {
namespace {

// Code is generated for each length of text, some 1 MB a length, and kept in two caches: the CPU
// plugin's, one a worker, and oneDNN's. Unbounded, a server that has met 200 lengths holds 290 MB;
// with these 130 MB, and a length that comes back after long costs at most some 5 ms more.
constexpr int kCachedKernels = 100;
constexpr const char* kCachedPrimitives = "64";

Status engine_failed(const std::exception& error) {
  return Status::internal(std::string("OpenVINO: ") + error.what());
}

class OpenVinoEngine final : public EmbeddingEngine {
 public:
  OpenVinoEngine(ov::Core core, ov::CompiledModel model, int hidden,
                 std::vector<ov::InferRequest> requests)
      : core_(std::move(core)),
        model_(std::move(model)),
        hidden_(hidden),
        requests_(std::move(requests)),
        workers_(static_cast<int>(requests_.size())) {}

  Result<Vector> run(Embedder::Kind kind, const std::vector<float>& embeddings) override {
    MONITORA_ASSIGN(const int worker, workers_.borrow(kind));
    Result<Vector> result = infer(requests_[static_cast<std::size_t>(worker)], embeddings);
    workers_.give_back(worker);
    return result;
  }

 private:
  Result<Vector> infer(ov::InferRequest& request, const std::vector<float>& embeddings) {
    const auto hidden = static_cast<std::size_t>(hidden_);
    try {
      // OpenVINO only reads an input, whatever its type says.
      request.set_input_tensor(ov::Tensor(ov::element::f32, {1, embeddings.size() / hidden, hidden},
                                          const_cast<float*>(embeddings.data())));
      request.start_async();
      request.wait();
      const auto* mean = request.get_output_tensor().data<const float>();
      return normalised(Vector(mean, mean + hidden));
    } catch (const std::exception& error) {
      return engine_failed(error);
    }
  }

  ov::Core core_;  // keeps the plugin loaded
  ov::CompiledModel model_;
  int hidden_;
  std::vector<ov::InferRequest> requests_;  // one a worker
  EmbeddingWorkers workers_;
};

}  // namespace

Result<std::unique_ptr<EmbeddingEngine>> make_openvino_engine(const EmbeddingModelFile& file,
                                                              int workers) {
  try {
#if __has_feature(address_sanitizer)
    // Else TBB loads a library in a way that ASan refuses.
    ::setenv("TBB_ENABLE_SANITIZERS", "1", 0);
#endif
    // oneDNN reads it once, when it makes its first primitive.
    ::setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", kCachedPrimitives, 0);
    ov::Core core;
    // A stream is one worker with one thread. float32 between the integer products: the same
    // vectors on every machine, also where bfloat16 would be the default.
    ov::CompiledModel model =
        core.compile_model(build_encoder(file), "CPU", ov::num_streams(workers),
                           ov::inference_num_threads(workers), ov::hint::enable_cpu_pinning(false),
                           ov::AnyMap::value_type("CPU_RUNTIME_CACHE_CAPACITY", kCachedKernels),
                           ov::hint::inference_precision(ov::element::f32),
                           ov::hint::dynamic_quantization_group_size(kQ4BlockWeights));
    std::vector<ov::InferRequest> requests;
    for (int i = 0; i < workers; ++i) requests.push_back(model.create_infer_request());
    ::malloc_trim(0);  // compiling leaves as much free memory behind as the model takes
    return std::unique_ptr<EmbeddingEngine>(std::make_unique<OpenVinoEngine>(
        std::move(core), std::move(model), file.hidden, std::move(requests)));
  } catch (const std::exception& error) {
    return engine_failed(error);
  }
}

}  // namespace monitora::llm
