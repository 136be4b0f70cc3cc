// STORAGE_MODE=pgvector: vectors in the type of PostgreSQL's extension pgvector, so that SQL
// searches them too (match_documents, search_response_cache). The program reads and writes them as
// before and answers from its own index.
#pragma once

#include "sql/connection.h"

namespace monitora::sql {

// Runs migration 0003_pgvector again, which did nothing where the extension was not there yet, and
// checks that vectors have its type. Errors beside the driver's: unavailable `pgvector_missing`,
// whose sentence says what to do.
Status prepare_pgvector(Connection& connection);

}  // namespace monitora::sql
