// Tells questions to the documents, to the asker's orders and to the database's data apart, without
// a model: by words, and by the question's embedding beside those of examples.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "domain/data_routing.h"
#include "ports/embedder.h"

namespace monitora {

Result<std::vector<Vector>> embed_all(Embedder& embedder, const std::vector<std::string>& texts);

// Thread-safe. The embedder outlives it.
class DataRouter {
 public:
  explicit DataRouter(Embedder& embedder) : embedder_(embedder) {}

  // Embeds the examples, which takes a second: beforehand, or by the first call of route(). Who
  // needs them meanwhile waits.
  Status prepare() { return examples().status(); }
  // `vector` is that of `question` (Kind::query); `subjects` are those of what the database can
  // answer.
  Result<DataRoute> route(const std::string& question, const Vector& vector,
                          const std::vector<Vector>& subjects);

 private:
  using Examples = std::array<std::vector<Vector>, 3>;  // by route
  Result<std::shared_ptr<const Examples>> examples();

  Embedder& embedder_;
  std::mutex making_, mutex_;
  std::shared_ptr<const Examples> examples_;
};

}  // namespace monitora
