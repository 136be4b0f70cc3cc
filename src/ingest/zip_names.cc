#include "ingest/zip_names.h"

#include <algorithm>

namespace monitora::ingest {
namespace {

constexpr std::size_t kEndSize = 22;
constexpr std::size_t kMaxComment = 65'535;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kMaxDirectory = 4u << 20;

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at + i])) << (8 * i);
  }
  return value;
}

}  // namespace

std::optional<std::vector<std::string>> zip_entry_names(std::uint64_t size, const ReadAt& read) {
  const std::uint64_t tail_size = std::min<std::uint64_t>(size, kEndSize + kMaxComment);
  const std::string tail = read(size - tail_size, static_cast<std::size_t>(tail_size));
  const std::size_t end = tail.rfind("PK\x05\x06");
  if (end == std::string::npos || tail.size() - end < kEndSize) return std::nullopt;
  const std::uint64_t directory_size = number(tail, end + 12, 4);
  const std::uint64_t offset = number(tail, end + 16, 4);
  if (offset >= size) return std::nullopt;
  const std::string directory = read(
      offset, static_cast<std::size_t>(std::min<std::uint64_t>(directory_size, kMaxDirectory)));

  std::vector<std::string> names;
  for (std::size_t at = 0; at + kEntrySize <= directory.size();) {
    if (directory.compare(at, 4, "PK\x01\x02") != 0) break;
    const std::size_t name = number(directory, at + 28, 2);
    const std::size_t extra = number(directory, at + 30, 2);
    const std::size_t comment = number(directory, at + 32, 2);
    if (at + kEntrySize + name > directory.size()) break;
    names.push_back(directory.substr(at + kEntrySize, name));
    at += kEntrySize + name + extra + comment;
  }
  if (names.empty()) return std::nullopt;
  return names;
}

}  // namespace monitora::ingest
