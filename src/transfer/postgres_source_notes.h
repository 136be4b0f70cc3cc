// What of a plan only the rows themselves can say. Used by postgres_source.cc.
#pragma once

#include "base/status.h"
#include "transfer/catalog.h"
#include "transfer/plan.h"
#include "transfer/postgres_source_connection.h"

namespace monitora::transfer {

// Counts the rows of joins and of what is left behind, and adds the notes.
Status complete_plan(SourceConnection& connection, const Catalog& catalog, Plan& plan);

}  // namespace monitora::transfer
