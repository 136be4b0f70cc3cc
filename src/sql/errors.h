// The errors of sql/connection.h, made in one place so that every driver says the same. `detail` is
// the database's own text: it is logged and never sent.
#pragma once

#include <string>

#include "base/status.h"

namespace monitora::sql {

// conflict; `constraint` is the constraint's name, or the table and columns where the database has
// no name for it.
Status unique_violation(std::string constraint);
Status foreign_key_violation(std::string constraint);
Status check_violation(std::string constraint);

Status database_busy(std::string detail);         // safe to run the whole transaction again
Status database_unavailable(std::string detail);  // broken or refused
Status database_saturated();                      // no connection came free in time
Status database_read_only(std::string detail);
Status database_corrupted(std::string detail);
Status disk_full(std::string detail);
Status value_too_large(std::string detail);
Status answer_too_large();     // more than its reader takes
Status statement_timed_out();  // deadline_exceeded, by a limit of the server's

// What Deadline::current() says now: ok, cancelled or deadline_exceeded.
Status check_deadline();

}  // namespace monitora::sql
