// An HNSW graph over a VectorBlock (Malkov and Yashunin, arXiv 1603.09320), FAISS's implementation;
// distances are those of the int8 codes, so the graph holds no vectors.
// Immutable once built; thread-safe to search.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "retrieval/vector_block.h"

namespace monitora::retrieval {

struct Scored {
  std::uint32_t chunk;
  float score;
};

class Graph {
 public:
  // One node a vector, one thread, about 0.7 ms a node at 100,000. Nothing if `stop` was requested.
  // `grown_from`: a graph over the first vectors of `vectors`, copied and added to instead of
  // starting anew.
  static std::shared_ptr<const Graph> build(const VectorBlock& vectors, const Graph* grown_from,
                                            std::stop_token stop);

  ~Graph();
  std::size_t size() const;
  std::size_t bytes() const;

  // The up to `effort` nearest (HNSW's ef) of `vectors` (those that it was built over) for which
  // `keep` holds, unordered, with approximate scores. The fewer are used of them, the surer these
  // are the nearest.
  std::vector<Scored> search(const VectorBlock& vectors, const QueryCode& query, std::size_t effort,
                             const std::function<bool(std::uint32_t)>& keep) const;

  // The graph as a file holds it. `from_parts` checks every link and gives nothing for what is no
  // graph.
  struct Parts {
    std::vector<std::int32_t> levels;
    std::vector<std::int32_t> neighbors;
    std::int32_t entry_point = -1;
    std::int32_t max_level = -1;
  };
  Parts parts() const;
  static std::shared_ptr<const Graph> from_parts(Parts parts);

 private:
  struct Rep;
  explicit Graph(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace monitora::retrieval
