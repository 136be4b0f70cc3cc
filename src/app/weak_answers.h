// Questions that were answered weakly, grouped when they ask the same; and answers that people add.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/documents.h"
#include "ports/embedder.h"
#include "ports/insights_store.h"
#include "ports/retriever.h"
#include "ports/workspace_store.h"

namespace monitora {

struct WeakAnswerParts {
  InsightsStore& insights;
  WorkspaceStore& workspaces;
  Documents& documents;
  Embedder& embedder;
  Retriever& retriever;
  AuditLog& audit;
  std::filesystem::path scratch;  // a directory of ours for a document until it is stored
};

struct QuestionGroup {
  std::string id;
  std::vector<LowConfidenceQuestion> questions;  // latest first, never empty

  double lowest_score() const;
  std::vector<std::string> wordings() const;  // different ones, latest first, at most kWordings
  static constexpr std::size_t kWordings = 10;
};

// Thread-safe. The parts outlive it. Who may is checked by the caller's guard.
class WeakAnswers {
 public:
  explicit WeakAnswers(WeakAnswerParts parts) : parts_(std::move(parts)) {}

  static constexpr int kMost = 1000;  // the latest unresolved questions are looked at

  // The most asked first, then the latest.
  static std::vector<QuestionGroup> grouped(std::vector<LowConfidenceQuestion> questions);

  Status resolve(const Actor& actor, const WorkspaceId& workspace, const MessageId& message);
  // How many were; none when all had been.
  Result<int> resolve_group(const Actor& actor, const WorkspaceId& workspace,
                            const std::string& group);

  // A document that answers the group's questions, to be indexed like any other. not_found
  // `group_not_found` when no question of it is left.
  Result<Document> add_answer(const Actor& actor, const WorkspaceId& workspace,
                              const std::string& group, const std::string& answer);

  // How well the group's questions would be answered now.
  struct Check {
    std::string question;
    double score_before = 0;
    double score = 0;
    std::vector<Passage> passages;
  };
  Result<std::vector<Check>> check(const WorkspaceId& workspace, const std::string& group);

 private:
  Result<QuestionGroup> find(const WorkspaceId& workspace, const std::string& group);
  WeakAnswerParts parts_;
};

}  // namespace monitora
