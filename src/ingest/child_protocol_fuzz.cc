// What an untrusted child may write; what is accepted can be written again and means the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "ingest/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::ingest;
  const std::string stream =
      encode_isolation(7) + std::string(reinterpret_cast<const char*>(data), size);
  const auto reply = decode_reply(stream, FileType::pdf);
  if (!reply.ok() || !reply->text.ok()) return 0;
  const auto again = decode_reply(encode_isolation(7) + encode_text(*reply->text), FileType::pdf);
  if (!again.ok() || !again->text.ok() || again->text->blocks.size() != reply->text->blocks.size())
    std::abort();
  return 0;
}
