// What visitors ask about: their questions grouped by meaning, named, and followed over time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string_view>

#include "ports/embedder.h"
#include "ports/job_store.h"
#include "ports/question_clusterer.h"
#include "ports/topic_store.h"
#include "ports/word_reader.h"
#include "ports/workspace_store.h"

namespace monitora {

struct TopicParts {
  TopicStore& store;
  WorkspaceStore& workspaces;
  Embedder& embedder;
  QuestionClusterer& clusterer;
  WordReader& words;
  JobStore& jobs;
  const Clock& clock;
  std::function<void()> wake_jobs;  // a job was just queued
};

// Thread-safe. The parts outlive it. Who may is checked by the caller's guard.
class Topics {
 public:
  explicit Topics(TopicParts parts) : parts_(std::move(parts)) {}

  // The latest questions are looked at, however many there are.
  static constexpr int kMostQuestions = 100'000;
  // So many wordings are grouped with one another; the others join the nearest group.
  static constexpr std::size_t kMostFitted = 10'000;
  // A group that was asked for less often is no topic yet.
  static constexpr int kLeastAsked = 3;
  static constexpr std::size_t kSamples = 5;

  // Makes a workspace's topics from its questions of now. Wordings that have no vector get one, for
  // `embedding` at most. False: time was short, or another run of this workspace was under way, and
  // topics are not those of all questions yet; what was embedded is kept, and the next run goes on.
  // not_found `workspace_not_found`.
  static constexpr std::chrono::hours kAsLongAsItTakes{1000};
  Result<bool> refresh(const WorkspaceId& workspace, std::chrono::milliseconds embedding);

  // refresh() as a person waits for it, after another run of this workspace if one is under way:
  // what is not done within seconds goes on in a job of kind kRefreshJob, {"workspace_id"}. Whether
  // nothing is left to do.
  Result<bool> refresh_soon(const WorkspaceId& workspace);
  static constexpr std::string_view kRefreshJob = "refresh_topics";

  // Every workspace whose conversations changed since its last run, one after the other; a job.
  Status refresh_all();

 private:
  TopicParts parts_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<WorkspaceId> under_way_;
};

}  // namespace monitora
