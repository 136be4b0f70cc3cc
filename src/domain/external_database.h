// A customer's own database that a workspace's bot may read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace monitora {

enum class ExternalEngine { postgres, mysql, sqlserver };
// As the wire and the database write them.
std::string_view to_string(ExternalEngine engine);
std::optional<ExternalEngine> parse_external_engine(std::string_view text);
int default_port(ExternalEngine engine);

struct ExternalDatabase {
  ExternalEngine engine = ExternalEngine::sqlserver;
  std::string host;
  int port = 0;
  std::string name;
  std::string user;
  std::string schema_type = "generic";
  // What may be read: "orders", "public.orders", or with the columns, "orders (id, status)".
  // Nothing else is, so an empty list allows no question.
  std::vector<std::string> allowed_tables;
  // What they hold, in the admin's words, by "table" or "table.column".
  std::map<std::string, std::string> descriptions;
  bool sample_rows = false;  // a language model may be shown a few real rows
  bool is_enabled = true;
  std::string last_test_status;  // "success", "warning" (the login can write), or an error's key
  std::optional<Time> last_test_at;
};

// invalid `db_host`, `db_port`, `db_name`, `db_user`, `allowed_tables`: whatever is wrong at once.
// A host is a name or an address. A port below 1024 or of another well-known service is refused:
// no database listens there, and what we send must not reach what does.
Status check_external_database(const ExternalDatabase& database);

// An entry of `allowed_tables`, read. Names are as the database writes them, without quotes.
struct AllowedTable {
  std::string schema;  // "": any in which there is such a table
  std::string table;
  std::vector<std::string> columns;  // empty: all
};
std::optional<AllowedTable> parse_allowed_table(std::string_view text);

// What a database says of itself, to the user who asks.
struct ExternalColumn {
  std::string name;
  std::string type;  // in the database's own words
  bool is_nullable = true;
  bool is_key = false;     // of the primary key
  std::string references;  // "schema.table.column", "" when it points nowhere
  std::string comment;
};
struct ExternalTable {
  std::string schema;
  std::string name;
  bool is_view = false;
  std::string comment;
  std::vector<ExternalColumn> columns;
  bool is_partial = false;  // it has others that may not be read
};

// Those of `tables` that `allowed` lists, with those of their columns that it lists. Names are
// compared as they are, then without case.
std::vector<ExternalTable> only_allowed(const std::vector<ExternalTable>& tables,
                                        const std::vector<std::string>& allowed);

// NULL, true or false, a number that JSON holds exactly, or the database's text of the value.
using ExternalValue = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string>;
// What a statement's `:name` stands for, by name without the colon.
using ExternalParameters = std::map<std::string, ExternalValue, std::less<>>;
struct ExternalRows {
  std::vector<std::string> columns;
  std::vector<std::vector<ExternalValue>> rows;
  bool truncated = false;  // there was more than we take
};

}  // namespace monitora
