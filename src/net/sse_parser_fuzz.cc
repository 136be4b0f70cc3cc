// Whatever the bytes and wherever they are cut, the events are the same and stay under the limit.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "net/sse_parser.h"

namespace {

using monitora::net::SseParser;

std::vector<std::string> events(std::string_view bytes, std::size_t step) {
  std::vector<std::string> found;
  SseParser parser(4096, [&](const SseParser::Event& event) {
    if (event.data.size() > 4096) std::abort();
    found.push_back(std::string(event.type) + '\0' + std::string(event.data));
  });
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (!parser.feed(bytes.substr(at, step)).ok()) return {"too long"};
  }
  parser.finish();
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = events(bytes, size + 1);
  if (whole != std::vector<std::string>{"too long"} && events(bytes, 1) != whole) std::abort();
  return 0;
}
