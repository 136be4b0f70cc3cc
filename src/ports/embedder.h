// Text → vectors. Thread-safe: callers embed from many threads at once; an implementation bounds
// its own concurrency and never uses several threads for one text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace monitora {

using Vector = std::vector<float>;  // L2-normalised, `dimension()` long

class Embedder {
 public:
  enum class Kind { query, passage };  // the model's own prefixes are added inside

  virtual ~Embedder() = default;

  // What a stored vector remembers of its model, e.g. "multilingual-e5-small-q4". Stable across
  // versions.
  virtual const std::string& model() const = 0;
  virtual int dimension() const = 0;
  virtual int max_tokens() const = 0;  // longer texts are cut there

  // One vector a text, in order. Errors: deadline_exceeded or cancelled (Deadline::current()),
  // upstream_failed for a remote model.
  virtual Result<std::vector<Vector>> embed(Kind kind, std::span<const std::string_view> texts) = 0;
  // Tokens of `text` as the model counts them, special tokens included, without the cut.
  virtual int count_tokens(std::string_view text) const = 0;

  Result<Vector> embed_one(Kind kind, std::string_view text) {
    auto all = embed(kind, std::span(&text, 1));
    if (!all.ok()) return all.status();
    return std::move(all->front());
  }
};

}  // namespace monitora
