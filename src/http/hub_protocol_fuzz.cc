// What a hub's client sends: no crash, no difference by where bytes are cut, and what is sent back
// is one record.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/hub_protocol.h"

namespace {

namespace hub = monitora::http::hub;

// Records up to the one that is too long.
std::vector<std::string> cut(std::string_view bytes, std::size_t step) {
  hub::Records records(256);
  std::vector<std::string> all;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto found = records.push(bytes.substr(at, step));
    if (!found.ok()) return all;
    std::move(found->begin(), found->end(), std::back_inserter(all));
  }
  return all;
}

void one_record(const std::string& sent) {
  if (sent.empty() || sent.find(hub::kEnd) != sent.size() - 1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = cut(bytes, size + 1);
  const auto single = cut(bytes, 1);
  // A push that fails gives none of its records: the whole may have fewer.
  if (whole.size() > single.size() || !std::equal(whole.begin(), whole.end(), single.begin()))
    std::abort();
  for (const std::string& record : single) {
    (void)hub::check_handshake(record);
    const auto message = hub::parse_message(record);
    if (!message.ok()) continue;
    one_record(hub::completion(message->invocation_id, message->arguments));
    one_record(hub::failed_completion(message->invocation_id, message->target));
  }
  return 0;
}
