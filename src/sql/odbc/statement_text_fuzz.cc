// Each parameter has a place in the targets, and casting them all loses none.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sql/odbc/statement_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using monitora::sql::odbc::cast_marks;
  using monitora::sql::odbc::targets_of;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t marks = targets_of(text).columns.size();
  const std::string cast = cast_marks(text, std::string(marks, 'e'));
  if (targets_of(cast).columns.size() != marks) std::abort();
  if (cast.size() != size + marks * (std::string_view("CAST(? AS DATETIMEOFFSET(7))").size() - 1))
    std::abort();
  return 0;
}
