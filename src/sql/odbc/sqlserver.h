// The SQL Server driver: connections over ODBC (unixODBC with Microsoft's driver 18 or FreeTDS).
//
// Statements, errors and threads as sql/connection.h says. Times are sent as DATETIME2(7) in UTC,
// ids as UNIQUEIDENTIFIER, text as NVARCHAR(4000) or, longer, NVARCHAR(MAX), so that one statement
// has one plan. Readers see a snapshot where the database allows one (ALLOW_SNAPSHOT_ISOLATION),
// else what is committed.
//
// What waits for the server ends at its deadline: the statement is cancelled, and when the server
// does not answer to that either, its socket is closed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "config/sql_server_address.h"
#include "sql/connection.h"
#include "sql/pool.h"

namespace monitora::sql {

enum class Encryption {
  no,      // asks for none (the login itself is encrypted anyway)
  yes,     // TLS, and the server's certificate is verified unless it is trusted
  strict,  // TLS around everything (TDS 8): Microsoft's driver only
};

// Values as they are: nothing in one of them can become an attribute of the connection.
struct SqlServerOptions {
  std::string host;  // name, address, or name\instance
  int port = 1433;   // not used with an instance
  std::string database;
  std::string user;
  std::string password;
  std::string driver;  // see find_driver()
  Encryption encrypt = Encryption::yes;
  bool trust_server_certificate = false;
  // PEM file. FreeTDS: the authority that signed the server's certificate. Microsoft's driver: the
  // server's certificate itself. Empty: what the system's authorities signed is trusted.
  std::string server_certificate;
  bool read_only_intent = false;       // readers say ApplicationIntent=ReadOnly
  bool multi_subnet_failover = false;  // Microsoft's driver only
  std::chrono::seconds login_timeout{15};
  int writers = 8;
  int readers = 0;  // connections of their own for reading; 0: they share the writers'
};

// The same values, as settings name them; pool sizes stay as they are.
SqlServerOptions sqlserver_options(const config::SqlServerAddress& address);

// Opens a connection. Errors, beside find_driver()'s: unavailable `database_unavailable`,
// `database_login_failed` (user or password), `database_missing` (or not allowed for this user),
// `database_certificate` (not trusted); invalid_argument `database_setting` for a value that cannot
// be passed on. Their sentences say what to do.
Result<std::unique_ptr<Connection>> open_sqlserver(const SqlServerOptions& options,
                                                   Connection::Mode mode);

// How many more bytes this connection, one of the above, may receive: beyond, it is closed, and the
// call fails with too_large `answer_too_large`. A driver has no bound of its own, and FreeTDS keeps
// a whole row in memory.
void limit_received(Connection& connection, std::uint64_t bytes);

std::unique_ptr<Pool> make_sqlserver_pool(const SqlServerOptions& options);

}  // namespace monitora::sql
