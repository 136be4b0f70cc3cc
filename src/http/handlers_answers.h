// Answers that people wrote: /api/workspaces/{wid}/answers….
#pragma once

#include "app/curated_answers.h"
#include "http/router.h"

namespace monitora::http {

// What these routes use; all of it outlives the router.
struct AnswerRoutes {
  CuratedAnswers& answers;
  CuratedStore& store;
};

void add_answer_routes(Router& router, const AnswerRoutes& parts);

}  // namespace monitora::http
