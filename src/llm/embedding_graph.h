// The encoder as an OpenVINO model: (1, tokens, hidden) summed embeddings → (hidden) mean of the
// last layer. Matrices stay quantised in the graph, each 32 weights with a scale, so that the CPU
// plugin quantises activations by the same groups and multiplies integers.
#pragma once

#include <memory>

#include "llm/embedding_file.h"

namespace ov {
class Model;
}

namespace monitora::llm {

// Copies what it needs of `file`. Throws ov::Exception.
std::shared_ptr<ov::Model> build_encoder(const EmbeddingModelFile& file);

}  // namespace monitora::llm
