// Cursors come from anybody: reading one never crashes, and one that is accepted is written back
// the same.
#include <cstdlib>
#include <string>

#include "storage/cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora::storage;
  const std::string cursor(reinterpret_cast<const char*>(data), size);
  if (const auto position = read_cursor(cursor); position.ok() && *position) {
    const auto again = read_cursor(write_cursor(**position));
    if (!again.ok() || (*again)->time != (*position)->time || (*again)->id != (*position)->id)
      std::abort();
  }
  if (const auto index = read_index_cursor(cursor); index.ok() && *index) {
    const auto again = read_index_cursor(write_cursor(**index));
    if (!again.ok() || **again != **index) std::abort();
  }
  return 0;
}
