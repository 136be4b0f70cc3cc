// Answers that were given before: one step of the chat pipeline, before anything is searched, and
// one after the answer is stored.
#pragma once

#include <cstdint>
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

// Thread-safe. What it is given outlives it.
class AnswerCache {
 public:
  AnswerCache(CacheStore& store, Embedder& embedder, const Clock& clock)
      : store_(store), embedder_(embedder), clock_(clock) {}

  // Where an answer belongs: what it depends on beside its question. A turn keeps it from find() to
  // remember().
  struct Place {
    std::int64_t chunks_version = 0;  // of the workspace's chunks when it was asked
    std::string settings_hash;        // empty: nowhere, the answer is not kept
  };

  // The answer to this question for the documents and settings of now, if there is one; counts the
  // hit. `place` is where a new answer belongs. The caller has made sure that the question means
  // the same to everybody.
  Result<std::optional<CacheEntry>> find(const Workspace& workspace, const std::string& question,
                                         bool extractive, Place& place);

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
  CacheStore& store_;
  Embedder& embedder_;
  const Clock& clock_;
};

}  // namespace monitora
