// What a folder may hold: rows, frames and manifests that nobody has checked.
#include <cstdint>
#include <cstdlib>

#include "transfer/export_manifest.h"
#include "transfer/export_rows.h"

namespace {

constexpr std::int64_t kMost = 1 << 20;  // unpacked: a few bytes may stand for a gigabyte

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  using namespace monitora::transfer;
  if (size < 2) return 0;
  const Table& table = tables()[data[0] % tables().size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  // Whole or in parts, the same rows; and what was read is written as it was.
  std::string rows;
  const EachRow append = [&](Row row) {
    append_row(rows, row);
    return Status();
  };
  RowDecoder decoder(table);
  if (decoder.feed(bytes, append).ok() && decoder.finish().ok() && rows != bytes) std::abort();
  const std::string whole = rows;
  rows.clear();
  RowDecoder in_parts(table);
  const std::size_t step = data[1] % 64 + 1;
  for (std::size_t at = 0; at < bytes.size(); at += step)
    if (!in_parts.feed(bytes.substr(at, step), append).ok()) break;
  if (rows != whole) std::abort();

  bool given = false;
  std::int64_t unpacked = 0;
  (void)unpack_frame(
      [&]() -> Result<std::string_view> {
        return std::exchange(given, true) ? std::string_view() : bytes;
      },
      [&](std::string_view part) {
        unpacked += static_cast<std::int64_t>(part.size());
        return unpacked > kMost ? Status::cancelled() : Status();
      });

  if (const auto manifest = read_manifest(bytes); manifest.ok()) (void)to_json(*manifest);
  return 0;
}
