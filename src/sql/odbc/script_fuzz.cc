// Batches are in order, apart, and hold all of the script's text but GO lines.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sql/odbc/script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view script(reinterpret_cast<const char*>(data), size);
  const auto batches = monitora::sql::odbc::split_batches(script);
  if (!batches.ok()) return 0;
  const char* last = script.data();
  for (const std::string_view batch : *batches) {
    if (batch.empty() || batch.data() < last || batch.data() + batch.size() > script.data() + size)
      std::abort();
    last = batch.data() + batch.size();
    // A batch has no separator left in it.
    if (batch.starts_with("\xEF\xBB\xBF")) continue;  // a mark that only a script begins with
    const auto again = monitora::sql::odbc::split_batches(batch);
    if (!again.ok() || again->size() != 1) std::abort();
  }
  return 0;
}
