// For tests: the SQL Servers that MONITORA_TEST_SQLSERVER names, as DATABASE_URLs with white space
// between them, one a driver:
//   sqlserver://user:password@host:port/database?driver=FreeTDS&trust_server_certificate=yes
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/settings.h"
#include "config/sql_server_address.h"
#include "sql/odbc/sqlserver.h"

namespace monitora::sql {

// Empty when no server is named; a URL that is wrong ends the program.
inline std::vector<SqlServerOptions> test_servers() {
  std::vector<SqlServerOptions> servers;
  const char* named = std::getenv("MONITORA_TEST_SQLSERVER");
  const std::string urls = collapse_spaces(named == nullptr ? "" : named);
  for (const std::string_view url : split(urls, ' ')) {
    if (url.empty()) continue;
    config::Settings settings;
    settings.mssql_encrypt = "yes";
    settings.database_url = url;
    const auto address = config::sql_server_address(settings);
    if (!address.ok()) std::abort();
    servers.push_back(sqlserver_options(*address));
  }
  return servers;
}

}  // namespace monitora::sql
