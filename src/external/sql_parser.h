// SQL text → its syntax tree, by the parser of the Rust crate sqlparser (src/external/sql_parser),
// in the database's own dialect.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/status.h"
#include "domain/external_database.h"

namespace monitora::external {

// The statements of `text`, an array as the crate serialises them (version pinned in Cargo.toml).
// invalid_argument `statement_refused` for what does not parse or is nested too deeply.
// Thread-safe.
Result<boost::json::value> parse_sql(ExternalEngine engine, std::string_view text);

}  // namespace monitora::external
