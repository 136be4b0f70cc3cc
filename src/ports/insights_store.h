// Insights, topics, analytics and the answer cache.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/conversation.h"
#include "domain/insights.h"
#include "ports/embedder.h"
#include "ports/stores.h"

namespace monitora {

class InsightsStore {
 public:
  virtual ~InsightsStore() = default;
  // By the plan's formulas, over every channel but `test`; upserts insights_cache, safe under
  // concurrency. (sp_calculate_workspace_insights.)
  virtual Result<InsightMetrics> calculate(const WorkspaceId& workspace) = 0;
  // The same formulas over the messages since `since`, without touching insights_cache.
  virtual Result<InsightMetrics> metrics(const WorkspaceId& workspace, Time since) = 0;
  virtual Result<std::vector<LowConfidenceQuestion>> low_confidence(const WorkspaceId& workspace,
                                                                    Time since, int limit) = 0;
  // Resolving a resolved one is ok. not_found `message_not_found` for a message that is not an
  // answer here.
  virtual Status resolve(const WorkspaceId& workspace, const MessageId& message) = 0;
  virtual Result<std::vector<Topic>> topics(const WorkspaceId& workspace) = 0;
  virtual Status replace_topics(const WorkspaceId& workspace, const std::vector<Topic>& topics) = 0;
  // [from, to), channel `test` left out; points by hour or day (UTC).
  virtual Result<Analytics> analytics(const WorkspaceId& workspace, Time from, Time to,
                                      bool by_hour) = 0;
};

class CacheStore {
 public:
  virtual ~CacheStore() = default;
  // An answer is good for the chunks and the settings that it was given with: it is kept under the
  // version of the workspace's chunks (ChunkSource::version) and a hash of whatever else it depends
  // on.
  struct Lookup {
    std::int64_t version = 0;  // of the workspace's chunks now
    std::optional<CacheEntry> entry;
  };
  // The live entry of this question for the chunks of now and these settings; counts the hit. One
  // statement, and one more for a hit.
  virtual Result<Lookup> find(const WorkspaceId& workspace, const std::string& question_hash,
                              const std::string& settings_hash) = 0;
  struct NewEntry {
    std::string question_hash;  // 64 hex characters
    std::string question;
    Vector question_vector;  // may be empty
    std::string embedding_model;
    std::string response;
    std::vector<Source> sources;
    double rag_score = 0;
    std::int64_t version = 0;
    std::string settings_hash;  // at most 64 characters
    Time expires_at;
  };
  // One statement. Of several entries for one question, version and settings (two who asked at the
  // same moment) the latest is found.
  virtual Status put(const WorkspaceId& workspace, const NewEntry& entry) = 0;
  virtual Result<Page<CacheEntry>> list(const WorkspaceId& workspace, const PageRequest& page) = 0;
  virtual Status clear(const WorkspaceId& workspace) = 0;
  // Removes the entries that gave this answer (a thumb down).
  virtual Status remove_answer(const WorkspaceId& workspace, const std::string& response) = 0;
  virtual Status remove_expired() = 0;
};

}  // namespace monitora
