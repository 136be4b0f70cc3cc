// Any bytes → tokens of the installed model: ids are within the vocabulary, ill-formed text counts
// as its repaired self, and no more than one token a character.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"
#include "llm/embedding_tokenizer.h"

namespace {

using namespace monitora::llm;

const EmbeddingModelFile& model() {
  static const auto mapped =
      MappedFile::open(std::filesystem::path(MONITORA_DEPS) / "model" / "e5-small-q4.bin");
  static const auto file = EmbeddingModelFile::parse((*mapped)->bytes());
  return *file;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const UnigramTokenizer tokenizer(model().tokenizer);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ids = tokenizer.encode(text);
  require(!ids.empty());
  for (std::int32_t id : ids) require(id >= 0 && id < model().tokenizer.pieces);
  require(ids == tokenizer.encode(monitora::to_utf8(text)));
  require(tokenizer.encode(text, 8).size() <= 9);
  return 0;
}
