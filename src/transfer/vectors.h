// Vectors of the target's chunks: whether those of the source can be kept, and making them anew.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/status.h"
#include "ports/embedder.h"
#include "sql/pool.h"
#include "transfer/source.h"

namespace monitora::transfer {

// Whether the stored vectors are those that `embedder` makes.
struct VectorChoice {
  bool keep = false;
  bool any = false;  // the source has vectors at all
  Sentence why;
};

// By the model that rows name; where they name none, by comparing some with what `embedder` makes
// of the same text: a cosine of .99 or more, for all of them, is the same model.
Result<VectorChoice> choose_vectors(Source& source, Embedder& embedder);

using Counted = std::function<void(std::size_t done, std::size_t total)>;

// Gives every chunk that has no vector of embedder.model() a new one; answers how many. What is
// done stays done: it goes on where it was interrupted. `counted` is called by one thread at a
// time.
Result<std::size_t> make_vectors(sql::Pool& pool, Embedder& embedder, int threads,
                                 const Counted& counted);

}  // namespace monitora::transfer
