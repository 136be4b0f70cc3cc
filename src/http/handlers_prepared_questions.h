// /api/workspaces/{wid}/database/questions: statements that admins wrote for what people ask.
#pragma once

#include "app/prepared_questions.h"
#include "http/router.h"

namespace monitora::http {

// `questions` outlives the router.
void add_prepared_question_routes(Router& router, PreparedQuestions& questions);

}  // namespace monitora::http
