// Any text, any options: the chunker's guarantees (chunker.h) hold.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "ingest/chunker.h"
#include "ingest/text_decoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  if (size < 4) return 0;
  const ingest::ChunkingOptions options{data[0] * 16 + data[1] % 16, data[2]};
  const std::string text = ingest::clean_text({reinterpret_cast<const char*>(data + 4), size - 4});
  ExtractedText document;
  // The fourth byte's bits put the halves on different pages or make them rows.
  const std::string_view half = utf8_prefix(text, text.size() / 2);
  document.blocks.push_back({std::string(half), {}});
  document.blocks.push_back({text.substr(half.size()), {}});
  if (data[3] & 1) document.blocks[1].place.page = 2;
  if (data[3] & 2) document.blocks[0].place.row = document.blocks[1].place.row = 1;
  int index = 0;
  for (const Chunk& chunk : ingest::chunk_text(document, options)) {
    const auto limit = static_cast<std::size_t>(options.chunk_size < 1 ? 1 : options.chunk_size);
    if (is_blank(chunk.content) || !is_utf8(chunk.content) || chunk.index != index++) std::abort();
    if (count_characters(chunk.content) > limit) std::abort();
  }
  return 0;
}
