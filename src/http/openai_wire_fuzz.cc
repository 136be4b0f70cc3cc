// What programs send to /v1: no crash, and what is accepted keeps to its limits.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "http/handlers_chat.h"
#include "http/openai_wire.h"
#include "http/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::http;
  Request request;
  request.body.assign(reinterpret_cast<const char*>(data), size);
  const auto body = request.json();
  if (!body.ok()) return 0;
  if (const auto asked = parse_completion(*body); asked.ok()) {
    const std::size_t length = monitora::count_characters(asked->question);
    if (length == 0 || length > kLongestMessage || !monitora::is_utf8(asked->whole_text()))
      std::abort();
    if (asked->max_tokens && (*asked->max_tokens < 1 || *asked->max_tokens > 8192)) std::abort();
  } else if (asked.status().fields().empty()) {
    std::abort();  // an error without its parameter
  }
  if (const auto asked = parse_embeddings(*body, 384); asked.ok() && asked->input.empty())
    std::abort();
  return 0;
}
