// Insights, analytics and the answer cache.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "domain/conversation.h"
#include "domain/insights.h"
#include "ports/cached_questions.h"
#include "ports/embedder.h"
#include "ports/stores.h"

namespace monitora {

class InsightsStore {
 public:
  virtual ~InsightsStore() = default;
  // By the plan's formulas, over every channel but `test`; upserts insights_cache, safe under
  // concurrency. (sp_calculate_workspace_insights.)
  virtual Result<InsightMetrics> calculate(const WorkspaceId& workspace) = 0;
  virtual Result<std::vector<LowConfidenceQuestion>> low_confidence(const WorkspaceId& workspace,
                                                                    Time since, int limit) = 0;
  // Resolving a resolved one is ok. not_found `message_not_found` for a message that is not an
  // answer here.
  virtual Status resolve(const WorkspaceId& workspace, const MessageId& message) = 0;

  // One for each time between a bound and the next (there are at least two, in order), summed from
  // the messages.
  virtual Result<std::vector<Figures>> count(const WorkspaceId& workspace,
                                             std::span<const Time> bounds) = 0;
  // With a message in [from, to), each once; exact, however many.
  virtual Result<People> people(const WorkspaceId& workspace, Time from, Time to) = 0;
  virtual Result<std::int64_t> documents(const WorkspaceId& workspace) = 0;  // how many now

  // Daily figures are kept in analytics_daily once their day is over. A vote, a resolved answer or
  // a deleted conversation takes those of its days away in its own transaction: what is kept is
  // true, and a day that is not kept is to be counted.
  virtual Result<std::map<Day, Figures>> kept(const WorkspaceId& workspace, const TimeZone& zone,
                                              Day from, Day to) = 0;
  // `counted` is when counting began: a vote or a resolved answer since, or shortly before, may or
  // may not be in `days`, and its day is not kept then; no day is beside a deleted conversation.
  virtual Status keep(const WorkspaceId& workspace, const TimeZone& zone,
                      const std::map<Day, Figures>& days, Time counted) = 0;
  // Those of which any day is kept.
  virtual Result<std::vector<WorkspaceId>> with_kept_figures() = 0;
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
    CacheEntryId id = CacheEntryId::random();
  };
  // One statement. Of several entries for one question, version and settings (two who asked at the
  // same moment) the latest is found.
  virtual Status put(const WorkspaceId& workspace, const NewEntry& entry) = 0;
  // The answer of a question that asks the same: if it is live and still of this scope, counts the
  // hit and keeps how near the questions are. Nothing when it is gone.
  virtual Result<std::optional<CacheEntry>> use(const CacheScope& scope, const CacheEntryId& id,
                                                double similarity) = 0;
  // The live questions of a scope whose vector is of `model` and that were kept at `since` or
  // later, oldest first.
  virtual Status for_each_question(const CacheScope& scope, const std::string& model, Time since,
                                   const std::function<Status(CachedQuestion)>& each) = 0;
  virtual Result<Page<CacheEntry>> list(const WorkspaceId& workspace, const PageRequest& page) = 0;
  // Of the live entries.
  struct Counts {
    std::int64_t entries = 0;
    std::int64_t hits = 0;  // answers given from them
  };
  virtual Result<Counts> counts(const WorkspaceId& workspace) = 0;
  virtual Status clear(const WorkspaceId& workspace) = 0;
  // Removes the entries that gave this answer (a thumb down).
  virtual Status remove_answer(const WorkspaceId& workspace, const std::string& response) = 0;
  virtual Status remove_expired() = 0;
};

}  // namespace monitora
