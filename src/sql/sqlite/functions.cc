#include "sql/sqlite/functions.h"

#include <string>
#include <string_view>

#include "base/text.h"

namespace monitora::sql {
namespace {

void fold(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
  if (data == nullptr) return sqlite3_result_null(context);
  const std::string folded = fold_accents(
      std::string_view(data, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))));
  sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

int add_functions(sqlite3* db) {
  return sqlite3_create_function_v2(db, "monitora_fold", 1,
                                    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                                    &fold, nullptr, nullptr, nullptr);
}

}  // namespace monitora::sql
