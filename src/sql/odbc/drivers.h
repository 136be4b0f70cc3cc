// The ODBC drivers for SQL Server that this machine has.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace monitora::sql {

enum class DriverKind { microsoft, freetds };

struct OdbcDriver {
  DriverKind kind = DriverKind::freetds;
  std::string name;     // of its entry in odbcinst.ini; empty for one given by its path
  std::string library;  // the path of the driver's library, or its file name
};

// What odbcinst.ini lists of the two kinds that this program speaks to, Microsoft's newest first.
std::vector<OdbcDriver> installed_drivers();

// The driver of a setting: empty (the first that is installed), the name of an entry of
// odbcinst.ini, or the path of a driver's library. unavailable `odbc_driver_missing` (with what to
// install), invalid_argument `odbc_driver_unknown` for a driver of another database.
Result<OdbcDriver> find_driver(const std::string& wanted);

// For `monitora doctor`: which drivers are here, which one `wanted` means, whether its library
// loads, and what to install or change.
struct DriverReport {
  std::vector<OdbcDriver> installed;
  Result<OdbcDriver> used;
  Sentence summary;    // one line
  Sentence next_step;  // empty when all is well
};
DriverReport report_drivers(const std::string& wanted);

}  // namespace monitora::sql
