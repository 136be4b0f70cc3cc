// The queue's jobs of this program.
#pragma once

#include "app/indexing.h"
#include "app/topics.h"
#include "jobs/runner.h"

namespace monitora::apps {

// `index_document` {"workspace_id","document_id"}. `indexing` outlives it.
jobs::Handler indexing_handler(Indexing& indexing);

// `refresh_topics` {"workspace_id"}: what Topics::refresh_soon left. `topics` outlives it.
jobs::Handler topics_handler(Topics& topics);

}  // namespace monitora::apps
