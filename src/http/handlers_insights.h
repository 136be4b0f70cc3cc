// What conversations add up to: /api/workspaces/{wid}/analytics and /api/insights/{wid}….
#pragma once

#include "app/statistics.h"
#include "app/topics.h"
#include "app/weak_answers.h"
#include "http/router.h"

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct InsightRoutes {
  Statistics& statistics;
  WeakAnswers& weak_answers;
  Topics& topics;
  InsightsStore& store;
  TopicStore& topic_store;
  WorkspaceStore& workspaces;
  const Clock& clock;
};

void add_insight_routes(Router& router, const InsightRoutes& parts);

}  // namespace monitora::http
