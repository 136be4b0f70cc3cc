// What may not be read is never named in what the guard writes, unless in a text or as an alias;
// what it writes is one statement that it reads again.
#include <cstdint>
#include <cstdlib>

#include "external/guard.h"
#include "external/shop_test.h"
#include "external/sql_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitora;
  if (size == 0) return 0;
  const std::size_t which = data[0] % std::size(external::kEngines);
  const ExternalEngine engine = external::kEngines[which];
  static const std::vector<ExternalTable> kTables[] = {
      external::readable_shop_tables(external::kEngines[0]),
      external::readable_shop_tables(external::kEngines[1]),
      external::readable_shop_tables(external::kEngines[2])};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto sql = external::guard_statement(engine, text, kTables[which], 1001);
  if (!sql.ok()) return 0;
  if (sql->find("password_hash") != std::string::npos &&
      text.find("password_hash") == std::string_view::npos)
    std::abort();
  // Nested more deeply by its parentheses, a long one may be too deep now.
  const auto again = external::parse_sql(engine, *sql);
  if (again.ok() && (!again->is_array() || again->get_array().size() != 1)) std::abort();
  return 0;
}
