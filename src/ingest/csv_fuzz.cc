// The reader ends, moves forward and loses no letter that stands outside quotes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "domain/csv_reader.h"
#include "ingest/formats.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  using ingest::extract_csv;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CsvReader reader(text, detect_csv_dialect(text));
  std::vector<std::string> record;
  std::size_t records = 0;
  int line = 0;
  while (reader.next(record)) {
    if (record.empty() || reader.line() < line || ++records > size + 1) std::abort();
    line = reader.line();
  }
  if (!extract_csv(text, {}).ok()) std::abort();
  return 0;
}
