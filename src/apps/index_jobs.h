// The queue's jobs of this program.
#pragma once

#include "app/indexing.h"
#include "jobs/runner.h"

namespace monitora::apps {

// `index_document` {"workspace_id","document_id"}. `indexing` outlives it.
jobs::Handler indexing_handler(Indexing& indexing);

}  // namespace monitora::apps
