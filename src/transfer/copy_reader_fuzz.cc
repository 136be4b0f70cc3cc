// COPY's binary format from anywhere: the first bytes choose a table and the types of its fields,
// the rest is the stream, in two parts.
#include <cstddef>
#include <cstdint>
#include <string>

#include "transfer/copy_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::transfer;
  if (size < 20) return 0;
  const Table& table = tables()[data[0] % tables().size()];
  std::vector<Wire> wires;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    wires.push_back(static_cast<Wire>(data[1 + i % 18] % (static_cast<int>(Wire::halfvec) + 1)));
  std::string stream("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  stream.append(reinterpret_cast<const char*>(data) + 20, size - 20);
  const std::size_t cut = 19 + data[19] % (size - 19);
  RowReader rows(table, wires);
  CopyStream copy(table.columns.size());
  const auto each = [&](std::span<const CopyField> fields) {
    rows.read(fields);
    if (!rows.refused().empty()) (void)rows.refusal();
    return monitora::Status();
  };
  if (copy.feed(std::string_view(stream).substr(0, cut), each).ok() &&
      copy.feed(std::string_view(stream).substr(cut), each).ok())
    (void)copy.finish();
  return 0;
}
