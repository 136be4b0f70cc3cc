// Reading a customer's own database. Nothing is ever written there.
//
// All calls are blocking, honour Deadline::current() beside bounds of their own, and are
// thread-safe. Errors, whose sentences hold nothing of what the driver or the server said:
//   permission_denied `address_not_allowed`; upstream_failed `host_not_found`, `connect_failed`,
//   `tls_failed`, `login_failed`, `database_missing`, `database_failed` (it went away, or answered
//   what we cannot read), `database_timeout`; invalid_argument `statement_refused` (ours),
//   `statement_failed` (the database's, or an answer whose first row is too large); for SQL Server
//   unavailable `odbc_driver_missing`; deadline_exceeded, cancelled.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/status.h"
#include "domain/external_database.h"

namespace monitora {

// Where, and who we are there.
struct ExternalLogin {
  WorkspaceId workspace;
  ExternalDatabase database;
  std::string password;
};

class ExternalData {
 public:
  virtual ~ExternalData() = default;

  struct Tested {
    std::string server_version;
    std::chrono::milliseconds latency{0};  // of connecting
    bool can_write = false;                // as far as the server tells
  };
  // On a connection of its own.
  virtual Result<Tested> test(const ExternalLogin& login) = 0;

  // Tables and views with their columns, as the login sees them, without the server's own.
  virtual Result<std::vector<ExternalTable>> tables(const ExternalLogin& login) = 0;

  // Those of login.database.allowed_tables; what is known of them may be a minute old.
  virtual Result<std::vector<ExternalTable>> readable(const ExternalLogin& login) = 0;

  // A few rows of one of them.
  virtual Result<ExternalRows> sample(const ExternalLogin& login, const ExternalTable& table) = 0;

  struct Answer {
    std::string sql;  // what was run: not the text that was given, but what we understood of it
    ExternalRows rows;
    std::chrono::milliseconds elapsed{0};
  };
  // One SELECT over login.database.allowed_tables. At most 1,000 rows and 1 MiB, 10 s. `:name` in
  // it stands for a value, whatever its text holds; one that `parameters` lacks is
  // `statement_refused`.
  virtual Result<Answer> query(const ExternalLogin& login, std::string_view sql,
                               const ExternalParameters& parameters = {}) = 0;

  // The statement as query() would run it, without running it.
  virtual Result<std::string> check(const ExternalLogin& login, std::string_view sql,
                                    const ExternalParameters& parameters = {}) = 0;

  // Its connections are closed: it has been changed or removed.
  virtual void forget(const WorkspaceId& workspace) = 0;
};

}  // namespace monitora
