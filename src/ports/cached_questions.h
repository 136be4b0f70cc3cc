// The questions whose answers are kept, found by their embeddings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "ports/embedder.h"

namespace monitora {

// What an answer is good for: one workspace, the version of its chunks and a hash of whatever else
// it depends on. Questions of two scopes never meet.
struct CacheScope {
  WorkspaceId workspace;
  std::int64_t version = 0;   // ChunkSource::version
  std::string settings_hash;  // at most 64 characters

  auto operator<=>(const CacheScope&) const = default;
};

struct CachedQuestion {
  CacheEntryId id;
  std::string question;
  Vector vector;
  Time created_at;
  Time expires_at;
};

// Held in memory and filled from the database, as a Retriever's index is. It may be behind: what it
// names may be gone, which the store says (CacheStore::use), and what another node has just kept
// may be missing. Thread-safe.
class CachedQuestions {
 public:
  struct Near {
    CacheEntryId id;
    std::string question;
    float similarity = 0;
  };

  virtual ~CachedQuestions() = default;
  // Whether a question of this hash (domain/question.h) may be kept in the scope: the store need
  // not be asked for others. True while the scope's questions are being read for the first time;
  // what another node has just kept may be missing.
  virtual bool may_have(const CacheScope& scope, const std::string& question_hash) = 0;
  // At most `limit` live questions of the scope whose cosine is at least `least`, nearest first.
  // Nothing while the scope's questions are being read for the first time, if that takes longer
  // than a moment.
  virtual std::vector<Near> nearest(const CacheScope& scope, const Vector& question, float least,
                                    int limit) = 0;
  // Kept by this process just now.
  virtual void add(const CacheScope& scope, const CachedQuestion& question) = 0;
  // It is gone from the database.
  virtual void forget(const CacheScope& scope, const CacheEntryId& id) = 0;
};

}  // namespace monitora
