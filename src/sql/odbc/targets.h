// Which column a parameter is for, read from the statement's text.
//
// A NULL has no type of its own, and neither SQL Server (VARBINARY) nor Babelfish (times) converts
// an NVARCHAR NULL to every other type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monitora::sql::odbc {

struct Targets {
  std::vector<std::string> tables;   // those that the statement names, in order; as written
  std::vector<std::string> columns;  // one a parameter: its column's name; empty where not known
};

// Knows INSERT INTO t (…) VALUES (…) and … SELECT …, and `column = ?` with any comparison. Anything
// else is simply not known; never fails.
Targets targets_of(std::string_view statement);

}  // namespace monitora::sql::odbc
