// A workspace's topics, and the vectors of its visitors' questions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/insights.h"
#include "ports/embedder.h"
#include "ports/stores.h"

namespace monitora {

// A question's vector is kept under its question_hash (domain/question.h), so that each wording is
// embedded once.
struct QuestionVector {
  std::string hash;
  Vector vector;
};

// What the last run left behind.
struct TopicRun {
  Time refreshed_at;                 // when it began
  std::int64_t fitted = 0;           // questions that were grouped when all were grouped afresh
  std::vector<std::uint64_t> loose;  // questions in no topic, as Topic::members
};

class TopicStore {
 public:
  virtual ~TopicStore() = default;

  // The most asked first.
  virtual Result<std::vector<Topic>> topics(const WorkspaceId& workspace) = 0;
  // Nothing before the first.
  virtual Result<std::optional<TopicRun>> last_run(const WorkspaceId& workspace) = 0;
  // All of it in place of what was there. conflict `unique_violation` for two topics of one name;
  // not_found `workspace_not_found`.
  virtual Status save(const WorkspaceId& workspace, const std::vector<Topic>& topics,
                      const TopicRun& run) = 0;

  // The visitors' questions of the latest conversations, channel `test` left out; those with the
  // latest message first, `limit` questions at most.
  virtual Status questions(const WorkspaceId& workspace, int limit,
                           const std::function<Status(std::string_view text, Time at)>& each) = 0;

  // Of the questions that have a vector of this model, in order.
  virtual Result<std::vector<std::string>> hashes(const WorkspaceId& workspace,
                                                  const std::string& model) = 0;
  // At most `limit` with a hash behind `after`, in order.
  virtual Result<std::vector<QuestionVector>> vectors(const WorkspaceId& workspace,
                                                      const std::string& model,
                                                      const std::string& after, int limit) = 0;
  // In place of those that are there, of whatever model.
  virtual Status keep(const WorkspaceId& workspace, const std::string& model,
                      const std::vector<QuestionVector>& vectors) = 0;
  // Those of these questions, and of any other model.
  virtual Status forget(const WorkspaceId& workspace, const std::string& model,
                        const std::vector<std::string>& hashes) = 0;

  // Workspaces whose conversations changed since their last run, or that never had one.
  virtual Result<std::vector<WorkspaceId>> outdated() = 0;
};

}  // namespace monitora
