// Answers that were given before: one step of the chat pipeline, before anything is searched, and
// one after the answer is stored.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "domain/conversation.h"
#include "domain/workspace.h"
#include "ports/embedder.h"

namespace monitora {

class CacheStore;
class CachedQuestions;
class Retriever;
struct CacheScope;

struct AnswerCacheParts {
  CacheStore& store;
  CachedQuestions& questions;
  Retriever& retriever;
  Embedder& embedder;
  const Clock& clock;
};

// Thread-safe. The parts outlive it.
class AnswerCache {
 public:
  explicit AnswerCache(AnswerCacheParts parts) : parts_(parts) {}

  struct Question {
    const Workspace& workspace;
    const std::string& text;
    std::string language;     // of its answer
    bool extractive = false;  // answered without a language model
  };

  // Where an answer belongs: what it depends on beside its question. A turn keeps it from find() to
  // remember().
  struct Place {
    std::int64_t chunks_version = 0;  // of the workspace's chunks when it was asked
    std::string settings_hash;        // empty: nowhere, the answer is not kept
  };

  // The answer to this question, or to one that asks the same, for the documents and settings of
  // now, if there is one; counts the hit. `place` is where a new answer belongs; `vector` becomes
  // the question's, unless its own words were found. The caller has made sure that the question
  // means the same to everybody. The store is asked only where memory does not say that it has
  // nothing. Errors: the store's and the embedder's.
  Result<std::optional<CacheEntry>> find(const Question& question, Place& place, Vector& vector);

  struct Answer {
    const std::string& question;
    const Vector& question_vector;
    const std::string& response;
    const std::vector<Source>& sources;
    double rag_score;
  };
  // Keeps a complete answer; nothing for a place that is nowhere. A failure is logged: the visitor
  // has the answer.
  void remember(const Workspace& workspace, const Place& place, const Answer& answer);

 private:
  Result<std::optional<CacheEntry>> find_alike(const Question& question, const CacheScope& scope,
                                               const Vector& vector);
  Result<float> least_similarity(const RagConfig& settings);

  AnswerCacheParts parts_;
  std::mutex calibrating_;
  std::optional<float> calibrated_;
};

}  // namespace monitora
