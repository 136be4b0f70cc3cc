// Any bytes become clean UTF-8, and clean text stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "ingest/text_decoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string text = ingest::decode_text(bytes);
  if (!is_utf8(text) || text.find('\0') != std::string::npos) std::abort();
  if (ingest::clean_text(text) != text) std::abort();
  const std::size_t label = size > 0 ? data[0] % 24u : 0;
  if (size > label + 1)
    ingest::decode_text_as(bytes.substr(label + 1), std::string(bytes.substr(1, label)));
  return 0;
}
