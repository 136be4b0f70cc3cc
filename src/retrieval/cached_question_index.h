// CachedQuestions in memory: one block of int8 codes a scope, scanned whole.
//
// 100,000 questions are 38 MB of codes, read in a few milliseconds; a graph would answer faster and
// cost more to build than most scopes live. A scope is read from the store by a thread of the
// index's own when it is first asked for, then whoever asks reads, now and then, what other nodes
// have added. Scopes that were not asked for longest are dropped past the
// budget.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "ports/cached_questions.h"

namespace monitora {
class CacheStore;
}

namespace monitora::retrieval {

struct CachedQuestionOptions {
  // A scope that is asked for first is waited for so long: small ones are ready by then.
  std::chrono::milliseconds first_wait{250};
  std::chrono::milliseconds refresh{2000};   // between two looks at what other nodes have added
  std::size_t memory_budget = 256ull << 20;  // bytes, all scopes together
  std::size_t most_questions = 200'000;      // a scope; of more, only the words are looked for
};

// `store` and `clock` outlive it. Only vectors of `model`, `dimension` long, are held.
std::unique_ptr<CachedQuestions> make_cached_question_index(CacheStore& store, const Clock& clock,
                                                            std::string model, int dimension,
                                                            CachedQuestionOptions options = {});

}  // namespace monitora::retrieval
