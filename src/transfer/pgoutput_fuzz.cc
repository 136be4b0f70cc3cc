// A log of changes from anywhere: messages, each behind its length in one byte.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "transfer/changed_keys.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::transfer;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)SeenTransactions::parse(bytes);
  static const std::vector<FollowedTable> tables{{"s", "t", "id", 0}};
  ChangedKeys keys(tables, *SeenTransactions::parse("100:200:150"));
  while (!bytes.empty()) {
    const std::size_t length =
        std::min<std::size_t>(static_cast<std::uint8_t>(bytes[0]), bytes.size() - 1);
    if (!keys.add(bytes.substr(1, length)).ok()) break;
    bytes.remove_prefix(1 + length);
  }
  (void)keys.take(0);
  return 0;
}
