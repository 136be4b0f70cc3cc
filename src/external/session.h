// One connection to a customer's database. Used by one thread at a time.
//
// Errors as ports/external_data.h lists them. Every call ends at Deadline::current(): what is still
// running then is given up by closing the connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "domain/external_database.h"

namespace monitora::external {

// Where to connect. The address was checked by the guard, and nothing else is connected to; the
// host is what the server's certificate must be of.
struct Target {
  ExternalDatabase database;
  std::string password;
  std::string address;
  // On a private network that the operator has allowed, certificates are rarely signed by anybody:
  // there TLS is used where the server has it, and nothing is verified.
  bool verify = true;
  std::string authorities;         // the file of the certificate authorities that are trusted
  std::string sqlserver_driver{};  // as sql/odbc/drivers.h has it
};

struct Bounds {
  std::size_t rows = 1000;
  std::size_t bytes = 1 << 20;  // of values, as text
};

class Session {
 public:
  virtual ~Session() = default;
  virtual std::string server_version() const = 0;
  // Whether this login may write to some table, or do worse, as far as the server tells.
  virtual Result<bool> can_write() = 0;
  virtual Result<std::vector<ExternalTable>> tables() = 0;
  // `sql` comes from the guard. In a transaction that is read-only, where the database has such,
  // and rolled back.
  virtual Result<ExternalRows> run(const std::string& sql, const Bounds& bounds) = 0;
  // False once something went wrong with the connection, or the server closed it.
  virtual bool is_usable() = 0;
};

Result<std::unique_ptr<Session>> open_postgres(const Target& target);
Result<std::unique_ptr<Session>> open_mysql(const Target& target);  // and MariaDB
Result<std::unique_ptr<Session>> open_sqlserver(const Target& target);

}  // namespace monitora::external
