// The judgement of a file's type runs in the server itself.
#include <cstdint>
#include <string>

#include "ingest/test_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::ingest;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)type_of_bytes(bytes, "document.csv");
  (void)type_of_bytes("PK\x03\x04" + bytes, "a");
  (void)type_of_bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + bytes, "a");
  return 0;
}
