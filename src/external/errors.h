// What goes wrong with a customer's database, said without the driver's words: those are the
// detail, for the log.
#pragma once

#include <string>

#include "base/status.h"

namespace monitora::external {

Status connect_failed(std::string detail);
Status tls_failed(std::string detail);
Status login_failed(std::string detail);
Status database_missing(std::string detail);
Status database_failed(std::string detail);   // it went away, or answered what we cannot read
Status database_timeout(std::string detail);  // its own limit, or ours
// The database does not run the statement: why, as far as a kind of error says it.
Status statement_failed(Sentence why, std::string detail);

namespace why {
Sentence unknown_name();   // a column or table, or an ambiguous one
Sentence wrong_type();     // an operator or a function with values that it is not for
Sentence bad_value();      // a text that is no number, a division by zero
Sentence not_permitted();  // the login may not read this
Sentence row_too_large();  // one row is more than all that we take
Sentence other();
}  // namespace why

}  // namespace monitora::external
