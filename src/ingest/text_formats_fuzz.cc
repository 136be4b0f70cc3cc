// The text formats that are read through libraries, with our walk over what those return.
#include <cstdint>
#include <string_view>

#include "ingest/formats.h"
#include "ingest/pdf_layout.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::ingest;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0:
      (void)extract_html(bytes, {});
      break;
    case 1:
      (void)extract_markdown(bytes);
      break;
    case 2:
      (void)extract_json(bytes, {});
      break;
    default: {
      std::vector<Word> words;  // four bytes a word: where it stands and how large it is
      for (std::size_t i = 0; i + 4 <= bytes.size() && words.size() < 300; i += 4) {
        const auto at = [&](std::size_t k) {
          return static_cast<double>(static_cast<std::uint8_t>(bytes[i + k]));
        };
        words.push_back({at(0), at(1), at(0) + at(2) / 4, at(1) + at(3) / 16 + 0.5, "w"});
      }
      (void)lay_out(words);
    }
  }
  return 0;
}
