// A model file whose bytes are wrong: parse() answers an error or a model that can be used.
// The input is a small valid file's edits: a length to cut at, then (place, value) pairs.
#include <cstddef>
#include <cstdint>

#include "llm/embedding_file.h"
#include "llm/embedding_tiny_model.h"
#include "llm/embedding_tokenizer.h"

namespace {

void read(monitora::BytesView bytes) {
  using namespace monitora::llm;
  const auto file = EmbeddingModelFile::parse(bytes);
  if (!file.ok()) return;
  const UnigramTokenizer tokenizer(file->tokenizer);
  std::vector<float> row(static_cast<std::size_t>(file->hidden));
  for (std::int32_t id : tokenizer.encode("ab\tba \uFB01 é z"))
    unpack_row(file->word_embeddings, id, row.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string valid = monitora::llm::TinyModel().bytes();
  read({data, size});
  if (size < 2) return 0;
  std::string bytes = valid;
  const std::size_t cut = (data[0] << 8 | data[1]) % (2 * bytes.size());
  for (std::size_t i = 2; i + 3 <= size; i += 3)
    bytes[static_cast<std::size_t>(data[i] << 8 | data[i + 1]) % bytes.size()] =
        static_cast<char>(data[i + 2]);
  bytes.resize(std::min(cut, bytes.size()));
  // An exact copy: reading past it is an error that the sanitizer sees.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  read(exact);
  return 0;
}
