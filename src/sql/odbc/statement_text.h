// What is read from a statement's text, and written into it: which column a parameter is for.
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

// [name], with ] doubled; every part of schema.name on its own.
std::string bracketed(std::string_view name);

// `statement` with CAST(? AS DATETIMEOFFSET(7)) for each parameter whose kind is early_time.
std::string cast_marks(std::string_view statement, std::string_view kinds);

}  // namespace monitora::sql::odbc
