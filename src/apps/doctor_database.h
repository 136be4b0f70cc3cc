// What `monitora doctor` says of the database: its driver, whether it can be reached, its schema
// and the permissions of its account.
#pragma once

#include <vector>

#include "base/status.h"
#include "config/settings.h"

namespace monitora::apps {

struct Check {
  Sentence what;
  Status status;   // its sentence says what is wrong and what to do
  Sentence found;  // when ok
};

// Changes nothing in the database, and takes some seconds at most.
std::vector<Check> check_database(const config::Settings& settings);

}  // namespace monitora::apps
