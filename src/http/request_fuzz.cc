// The request parser and the pure functions behind it: no crash, and no difference by where bytes
// are cut.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/request_parser.h"
#include "http/wire.h"

namespace {

std::string parse(std::string_view bytes, std::size_t step) {
  using monitora::http::RequestParser;
  std::string body;
  RequestParser parser(1024, [&](std::string_view part) { body.append(part); });
  std::string pending;
  for (std::size_t at = 0; at < bytes.size() && !parser.done(); at += step) {
    pending.append(bytes.substr(at, step));
    for (bool again = true; again && !pending.empty() && !parser.done();) {
      const bool head = parser.head_done();
      const auto used = parser.parse(pending);
      if (!used.ok()) return "error";
      pending.erase(0, *used);
      again = *used > 0 || parser.head_done() != head;
    }
  }
  std::string all = parser.method + " " + parser.target + "\n";
  for (const auto& [name, value] : parser.headers) all += name + ":" + value + "\n";
  return parser.head_done() ? all + body : "incomplete";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = parse(bytes, size + 1);
  // Limits may be noticed later when more comes at once: only accepted messages must be the same.
  if (const std::string cut = parse(bytes, 1); whole != "error" && cut != "error" && whole != cut)
    std::abort();
  (void)monitora::http::parse_target(bytes);
  (void)monitora::http::preferred_language(bytes);
  (void)monitora::http::accepts_coding(bytes, "br");
  return 0;
}
