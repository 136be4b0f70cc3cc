// A PostgreSQL 13 to 17 or Supabase database, read in one exported repeatable-read snapshot.
// Nothing is ever written to it: every connection is READ ONLY.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "transfer/source.h"

namespace monitora::transfer {

struct PostgresSourceOptions {
  std::string uri;
  std::string password;           // when it is not in the URI; may be empty
  std::string schema = "public";  // where the application's tables are
  // false: the plan comes without rows and notes, and at once however large the tables are.
  bool counts = true;
};

// Whether libpq can read it as an address at all, wherever that leads.
bool is_postgres_address(const std::string& uri);

class PostgresSource : public Source {
 public:
  // Connects, takes the snapshot and plans. Errors: unavailable `source_unavailable`,
  // `source_refused`; invalid_argument `not_a_source` (no table of MONITORA in it),
  // `source_too_old` (before 13).
  static Result<std::unique_ptr<PostgresSource>> open(const PostgresSourceOptions& options);

  virtual const Catalog& catalog() const = 0;
  // pg_current_snapshot() of the snapshot.
  virtual const std::string& transactions() const = 0;
  // Counts the rows of the plan's table at this place.
  virtual Status count(std::size_t table) = 0;
  // Every row that a rule of that kind of target would refuse. Reads every table once.
  virtual Result<std::vector<Refusal>> refusals(sql::Database target) = 0;
};

}  // namespace monitora::transfer
