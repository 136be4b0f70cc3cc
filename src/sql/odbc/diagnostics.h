// What ODBC and SQL Server say went wrong → Status.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace monitora::sql::odbc {

struct Diagnostic {
  std::string state;  // SQLSTATE
  int native = 0;     // SQL Server's error number; 0 from the driver itself
  std::string message;
};

// The error of a failed call, of all its diagnostics in their order. `fatal` becomes true when the
// connection is of no more use. Never ok.
Status status_of(std::span<const Diagnostic> diagnostics, bool& fatal);

// The same for a connection that could not be opened. `verifies`: the server's certificate was to
// be verified.
Status open_status_of(std::span<const Diagnostic> diagnostics, bool verifies);

// The name that the message of error 547, 2601 or 2627 has of the constraint; the whole message
// where there is none.
std::string constraint_name(int native, std::string_view message);

}  // namespace monitora::sql::odbc
