#include "retrieval/graph.h"

#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/HNSW.h>
#include <faiss/impl/IDSelector.h>
#include <omp.h>

#include <algorithm>
#include <numeric>

namespace monitora::retrieval {
namespace {

constexpr int kLinks = 24;  // a node's links on upper levels; twice that on the lowest
constexpr int kBuildEffort = 80;

// Distances to a question: FAISS wants smaller to be nearer.
class QueryDistance final : public faiss::DistanceComputer {
 public:
  QueryDistance(const VectorBlock& vectors, const QueryCode& query)
      : vectors_(vectors), query_(query) {}
  void set_query(const float*) override {}
  float operator()(idx_t i) override {
    return -vectors_.approximate(query_, static_cast<std::size_t>(i));
  }
  float symmetric_dis(idx_t i, idx_t j) override {
    return -vectors_.approximate_between(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
  }

 private:
  const VectorBlock& vectors_;
  const QueryCode& query_;
};

class Keep final : public faiss::IDSelector {
 public:
  explicit Keep(const std::function<bool(std::uint32_t)>& keep) : keep_(keep) {}
  bool is_member(idx_t id) const override { return keep_(static_cast<std::uint32_t>(id)); }

 private:
  const std::function<bool(std::uint32_t)>& keep_;
};

// FAISS locks each node while it links it, also when one thread builds.
class Locks {
 public:
  explicit Locks(std::size_t n) : locks_(n) {
    for (omp_lock_t& lock : locks_) omp_init_lock(&lock);
  }
  ~Locks() {
    for (omp_lock_t& lock : locks_) omp_destroy_lock(&lock);
  }
  Locks(const Locks&) = delete;
  Locks& operator=(const Locks&) = delete;
  std::vector<omp_lock_t>& get() { return locks_; }

 private:
  std::vector<omp_lock_t> locks_;
};

// Marks of visited nodes, one set a thread: clearing them for each search would cost more than
// searching.
faiss::VisitedTable& visited_of_thread(std::size_t nodes) {
  thread_local faiss::VisitedTable table(0);
  if (table.visited.size() < nodes) table.visited.resize(nodes, 0);
  return table;
}

}  // namespace

struct Graph::Rep {
  faiss::HNSW hnsw{kLinks};
};

Graph::Graph(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Graph::~Graph() = default;

std::size_t Graph::size() const {
  return rep_->hnsw.levels.size();
}

std::size_t Graph::bytes() const {
  const faiss::HNSW& hnsw = rep_->hnsw;
  return hnsw.neighbors.size() * sizeof(hnsw.neighbors[0]) +
         hnsw.levels.size() * (sizeof(int) + sizeof(std::size_t));
}

std::shared_ptr<const Graph> Graph::build(const VectorBlock& vectors, const Graph* grown_from,
                                          std::stop_token stop) {
  auto rep = std::make_unique<Rep>();
  faiss::HNSW& hnsw = rep->hnsw;
  if (grown_from) hnsw = grown_from->rep_->hnsw;
  hnsw.efConstruction = kBuildEffort;
  const std::size_t first = hnsw.levels.size(), total = vectors.size();
  hnsw.prepare_level_tab(total - first);

  // From the highest level down, as FAISS does; within a level the order given, so a build is
  // repeatable.
  std::vector<int> order(total - first);
  std::iota(order.begin(), order.end(), static_cast<int>(first));
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return hnsw.levels[static_cast<std::size_t>(a)] > hnsw.levels[static_cast<std::size_t>(b)];
  });
  Locks locks(total);
  faiss::VisitedTable visited(static_cast<int>(total));
  for (const int node : order) {
    if (stop.stop_requested()) return nullptr;
    const QueryCode query(vectors.vector(static_cast<std::size_t>(node)));
    QueryDistance distance(vectors, query);
    hnsw.add_with_locks(distance, hnsw.levels[static_cast<std::size_t>(node)] - 1, node,
                        locks.get(), visited);
  }
  return std::shared_ptr<const Graph>(new Graph(std::move(rep)));
}

std::vector<Scored> Graph::search(const VectorBlock& vectors, const QueryCode& query,
                                  std::size_t effort,
                                  const std::function<bool(std::uint32_t)>& keep) const {
  QueryDistance distance(vectors, query);
  Keep selector(keep);
  faiss::SearchParametersHNSW parameters;
  parameters.efSearch = static_cast<int>(effort);
  if (keep) parameters.sel = &selector;
  // FAISS 1.7.3 sizes the list of candidates by the number of results, not by efSearch.
  std::vector<faiss::Index::idx_t> ids(effort, -1);
  std::vector<float> distances(effort);
  rep_->hnsw.search(distance, static_cast<int>(effort), ids.data(), distances.data(),
                    visited_of_thread(size()), &parameters);
  std::vector<Scored> out;
  out.reserve(effort);
  for (std::size_t i = 0; i < effort; ++i)
    if (ids[i] >= 0) out.push_back({static_cast<std::uint32_t>(ids[i]), -distances[i]});
  return out;
}

Graph::Parts Graph::parts() const {
  const faiss::HNSW& hnsw = rep_->hnsw;
  return {hnsw.levels, hnsw.neighbors, hnsw.entry_point, hnsw.max_level};
}

std::shared_ptr<const Graph> Graph::from_parts(Parts parts) {
  auto rep = std::make_unique<Rep>();
  faiss::HNSW& hnsw = rep->hnsw;
  const auto nodes = static_cast<std::int32_t>(parts.levels.size());
  const auto most_levels = static_cast<std::int32_t>(hnsw.assign_probas.size());
  if (nodes == 0 || parts.entry_point < 0 || parts.entry_point >= nodes) return nullptr;
  std::int32_t highest = 0;
  for (const std::int32_t level : parts.levels) {
    if (level < 1 || level > most_levels) return nullptr;
    highest = std::max(highest, level);
    hnsw.offsets.push_back(hnsw.offsets.back() +
                           static_cast<std::size_t>(hnsw.cum_nb_neighbors(level)));
  }
  if (parts.max_level != highest - 1 ||
      parts.levels[static_cast<std::size_t>(parts.entry_point)] != highest)
    return nullptr;
  if (hnsw.offsets.back() != parts.neighbors.size()) return nullptr;
  // A link of level l must lead to a node that has level l.
  for (std::int32_t node = 0; node < nodes; ++node)
    for (std::int32_t level = 0; level < parts.levels[static_cast<std::size_t>(node)]; ++level)
      for (std::size_t at = hnsw.offsets[static_cast<std::size_t>(node)] +
                            static_cast<std::size_t>(hnsw.cum_nb_neighbors(level)),
                       end = hnsw.offsets[static_cast<std::size_t>(node)] +
                             static_cast<std::size_t>(hnsw.cum_nb_neighbors(level + 1));
           at < end; ++at) {
        const std::int32_t to = parts.neighbors[at];
        if (to == -1) continue;
        if (to < 0 || to >= nodes || parts.levels[static_cast<std::size_t>(to)] <= level)
          return nullptr;
      }
  hnsw.levels = std::move(parts.levels);
  hnsw.neighbors = std::move(parts.neighbors);
  hnsw.entry_point = parts.entry_point;
  hnsw.max_level = parts.max_level;
  return std::shared_ptr<const Graph>(new Graph(std::move(rep)));
}

}  // namespace monitora::retrieval
