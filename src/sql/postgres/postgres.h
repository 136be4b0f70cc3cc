// The PostgreSQL driver, on libpq.
//
// Every statement is prepared once a connection; parameters and results travel in binary, in the
// types that the server says they have. Statements of one transaction are pipelined: BEGIN goes out
// with the first of them, what Connection::post() gets goes out with the next one or with COMMIT.
//
// No call outlives its deadline, whatever the server or a proxy does: a statement that is still
// running then is given up by closing the connection, and the server, which looks for us every two
// seconds (client_connection_check_interval, PostgreSQL 14 and later), ends it there. Only the
// look-up of a host's name (getaddrinfo) is the system's to limit.
//
// A pooler between (PgBouncer, Supavisor) must pool sessions, not transactions or statements:
// prepared statements belong to a session. Error of one that does not: unavailable
// `database_pooler`.
#pragma once

#include <memory>
#include <string>

#include "sql/connection.h"
#include "sql/pool.h"

namespace monitora::sql {

struct PostgresOptions {
  // postgresql://user@host:port/database?… with libpq's parameters. Several hosts and
  // target_session_attrs=read-write find the primary after a failover.
  std::string uri;
  std::string password;  // when it is not in the URI; may be empty
  // A secondary for Pool::report(), e.g. with target_session_attrs=prefer-standby. Empty: there is
  // none, and reports come from where everything else does.
  std::string read_uri;
  int connections = 8;
  int read_connections = 8;  // used with read_uri only
};

// Errors: unavailable `database_unavailable`, `database_saturated` (the server has no place left);
// deadline_exceeded; cancelled. Never waits longer than ten seconds.
Result<std::unique_ptr<Connection>> open_postgres(const PostgresOptions& options,
                                                  Connection::Mode mode);

std::unique_ptr<Pool> make_postgres_pool(const PostgresOptions& options);

// `?` placeholders → `$1`, `$2` …; not in strings, quoted names and comments.
std::string numbered_placeholders(std::string_view statement);

}  // namespace monitora::sql
