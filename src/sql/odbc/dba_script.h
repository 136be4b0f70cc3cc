// The migrations as one script that a DBA runs by hand, in SSMS or sqlcmd.
#pragma once

#include <span>
#include <string>

#include "sql/migrations.h"

namespace monitora::sql {

// Each migration is one transaction that records itself in schema_migrations as apply() does, so
// that the program goes on from there. One that is applied already is left alone and said so. SSMS
// runs the batches after one that failed: these then do nothing, and the end of the script is an
// error (50000). Uses nothing that SQL Server 2016 or Babelfish lacks.
std::string dba_script(std::span<const Migration> migrations);

}  // namespace monitora::sql
