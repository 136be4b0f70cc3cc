// PostgreSQL's SQLSTATEs (https://www.postgresql.org/docs/15/errcodes-appendix.html) → the errors
// of sql/connection.h. Used by this driver only.
#pragma once

#include <libpq-fe.h>

#include <string_view>

#include "base/status.h"

namespace monitora::sql {

// `constraint` is the constraint's name, or the column's; `detail` is for the log.
Status postgres_status(std::string_view sqlstate, std::string constraint, std::string detail);

// The error that a result holds; `statement` goes into the log of one that is a bug.
Status result_status(const PGresult* result, std::string_view statement);

// Why a connection could not be made or was lost: its message begins with the SQLSTATE where the
// server said one.
Status connection_status(const PGconn* connection, std::string_view doing);

}  // namespace monitora::sql
