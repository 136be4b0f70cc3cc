// SqlServerOptions → what a driver is told at SQLDriverConnect.
#pragma once

#include <string>

#include "base/status.h"
#include "sql/odbc/drivers.h"
#include "sql/odbc/sqlserver.h"

namespace monitora::sql::odbc {

// The connection string; holds the password, so it is never logged. For FreeTDS the server's
// address and TLS are a section of a freetds.conf of our own (in memory, named by FREETDSCONF),
// because its connection string has no word for a certificate authority.
//
// invalid_argument `database_setting` for a value that the driver or unixODBC would not take as it
// is: see escape_value().
Result<std::string> connection_string(const SqlServerOptions& options, const OdbcDriver& driver,
                                      Connection::Mode mode);

// KEY=value; with `value` as a value for both unixODBC and the driver.
//
// Microsoft's driver and unixODBC read {value} to the first } that is not doubled (ODBC's rule).
// FreeTDS reads {value} to the first "};" and undoes no doubling, so with it a value that needs
// braces (it holds a ; or begins with {) and has a } in it is refused: the two would disagree about
// where it ends. NUL is refused for both.
Result<std::string> escape_value(DriverKind kind, std::string_view key, std::string_view value);

// The lines of a section of freetds.conf, without its name.
Result<std::string> freetds_section(const SqlServerOptions& options, Connection::Mode mode);

}  // namespace monitora::sql::odbc
