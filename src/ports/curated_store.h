// Answers that people wrote.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/curated_answer.h"
#include "ports/embedder.h"
#include "ports/stores.h"

namespace monitora {

// With a vector for each of its wordings, in their order; without any when none were made.
struct EmbeddedCuratedAnswer {
  CuratedAnswer answer;
  std::vector<Vector> vectors;
  std::string model;  // of the vectors
};

class CuratedStore {
 public:
  virtual ~CuratedStore() = default;

  // The oldest first.
  virtual Result<Page<CuratedAnswer>> list(const WorkspaceId& workspace,
                                           const PageRequest& page) = 0;
  // not_found `answer_not_found`.
  virtual Result<CuratedAnswer> find(const WorkspaceId& workspace, const CuratedAnswerId& id) = 0;
  // All of a workspace, with their vectors.
  virtual Result<std::vector<EmbeddedCuratedAnswer>> all(const WorkspaceId& workspace) = 0;
  // In one transaction: those whose id is there already are changed (use_count and created_at
  // stay), the others made. Their times are the store's. Writes change_log.
  virtual Status put(const WorkspaceId& workspace,
                     const std::vector<EmbeddedCuratedAnswer>& answers) = 0;
  // not_found `answer_not_found`. Writes change_log.
  virtual Status remove(const WorkspaceId& workspace, const CuratedAnswerId& id) = 0;
  // It was given once more.
  virtual Status count_use(const WorkspaceId& workspace, const CuratedAnswerId& id) = 0;
};

}  // namespace monitora
