// Where SQL Server is and how to speak to it, from DATABASE_URL and the MSSQL_* settings.
#pragma once

#include <string>

#include "base/status.h"

namespace monitora::config {

struct Settings;

// Plain values, decoded: a driver binds them as values, so that nothing in them can add an
// attribute to a connection string.
struct SqlServerAddress {
  std::string host;  // may be host\instance
  int port = 1433;
  std::string database;
  std::string user;
  std::string password;  // do not print
  std::string driver;    // empty: the first that is installed
  std::string encrypt;   // yes, no or strict
  bool trust_server_certificate = false;
  std::string server_certificate;  // path of a PEM file; may be empty
  bool read_only_intent = false;   // of connections that only read
  bool multi_subnet_failover = false;
};

// sqlserver://user:password@host:port/db?driver=…&encrypt=yes|no|strict
//   &trust_server_certificate=yes|no&server_certificate=PATH&read_only_intent=yes|no
//   &multi_subnet_failover=yes|no
// What the URL leaves out comes from MSSQL_*. invalid_argument `bad_setting` for another URL or an
// option that is none of these; the sentence holds no value.
Result<SqlServerAddress> sql_server_address(const Settings& settings);

}  // namespace monitora::config
