// The questions that a workspace's admins wrote statements for.
#pragma once

#include <vector>

#include "domain/prepared_question.h"
#include "ports/stores.h"

namespace monitora {

class PreparedQuestionStore {
 public:
  virtual ~PreparedQuestionStore() = default;

  // The oldest first.
  virtual Result<std::vector<PreparedQuestion>> list(const WorkspaceId& workspace) = 0;
  // not_found `question_not_found`.
  virtual Result<PreparedQuestion> find(const WorkspaceId& workspace,
                                        const PreparedQuestionId& id) = 0;
  // Makes or replaces it; its times are the store's. Writes change_log (entity `database`).
  // not_found for a workspace that is not there.
  virtual Status put(const WorkspaceId& workspace, const PreparedQuestion& question) = 0;
  // not_found `question_not_found`. Writes change_log.
  virtual Status remove(const WorkspaceId& workspace, const PreparedQuestionId& id) = 0;
};

}  // namespace monitora
