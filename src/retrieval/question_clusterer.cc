#include "retrieval/question_clusterer.h"

#include <faiss/Clustering.h>
#include <faiss/Index.h>
#include <faiss/utils/distances.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/deadline.h"
#include "retrieval/vector_block.h"

namespace monitora::retrieval {
namespace {

// Chosen on PIAF and XQuAD: flat around these values.
constexpr std::size_t kNeighbours = 6;
constexpr float kPull = 1.5F;        // towards the neighbours, beside the question's own vector
constexpr double kGroupsOfRoot = 3;  // groups before joining: so many times √questions
constexpr double kJoin = 0.25;       // mean cosine of the questions of two groups that are one
constexpr double kJoinKnown = 0.35;  // of two groups that were told apart before
constexpr int kSeed = 7;

class Interrupted : public std::exception {};

// What parallel loops of FAISS start on this thread is this thread: jobs leave the other cores to
// visitors.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

void normalise(std::span<float> vector) {
  const float length =
      std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F));
  if (length > 1e-9F)
    for (float& x : vector) x /= length;
}

std::span<float> row_of(VectorRows& rows, std::size_t i) {
  return std::span(rows.values).subspan(i * rows.dimension, rows.dimension);
}

// Inner products with every row.
class Products final : public faiss::Index {
 public:
  explicit Products(std::size_t dimension)
      : faiss::Index(static_cast<idx_t>(dimension), faiss::METRIC_INNER_PRODUCT),
        rows_{dimension, {}} {}

  void add(idx_t n, const float* x) override {
    rows_.values.insert(rows_.values.end(), x, x + n * d);
    ntotal += n;
  }
  void reset() override {
    rows_.values.clear();
    ntotal = 0;
  }
  // The nearest one of each.
  void search(idx_t n, const float* x, idx_t, float* distances, idx_t* labels,
              const faiss::SearchParameters*) const override {
    std::vector<float> products(rows_.size());
    for (idx_t i = 0; i < n; ++i) {
      if (i % 1024 == 0 && Deadline::current().expired()) throw Interrupted();
      faiss::fvec_inner_products_ny(products.data(), x + i * d, rows_.values.data(),
                                    rows_.dimension, rows_.size());
      const auto best = std::max_element(products.begin(), products.end());
      labels[i] = best - products.begin();
      distances[i] = *best;
    }
  }

 private:
  VectorRows rows_;
};

VectorRows centred(const VectorRows& rows, std::span<const float> mean) {
  VectorRows out = rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<float> row = row_of(out, i);
    for (std::size_t k = 0; k < row.size(); ++k) row[k] -= mean[k];
    normalise(row);
  }
  return out;
}

std::vector<float> mean_of(const VectorRows& rows) {
  std::vector<double> sum(rows.dimension);
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = 0; k < rows.dimension; ++k) sum[k] += rows.row(i)[k];
  std::vector<float> mean(rows.dimension);
  for (std::size_t k = 0; k < rows.dimension; ++k)
    mean[k] = static_cast<float>(sum[k] / static_cast<double>(rows.size()));
  return mean;
}

// Each moved towards the mean of its nearest ones, the nearer the more.
VectorRows drawn_together(const VectorRows& rows) {
  const std::size_t n = rows.size(), neighbours = std::min(kNeighbours, n / 8);
  if (neighbours == 0) return rows;
  VectorBlock block(static_cast<int>(rows.dimension));
  block.reserve(n);
  for (std::size_t i = 0; i < n; ++i) block.add(rows.row(i));
  VectorRows out{rows.dimension, {}};
  out.values.reserve(rows.values.size());
  std::vector<float> near(n), moved(rows.dimension);
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (i % 256 == 0 && Deadline::current().expired()) throw Interrupted();
    block.approximate(QueryCode(rows.row(i)), 0, near);
    near[i] = -2;
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(neighbours),
                      order.end(), [&](std::size_t a, std::size_t b) {
                        return near[a] > near[b] || (near[a] == near[b] && a < b);
                      });
    std::fill(moved.begin(), moved.end(), 0.0F);
    float weights = 0;
    for (std::size_t k = 0; k < neighbours; ++k) {
      const float close = std::max(near[order[k]], 0.0F), weight = close * close;
      weights += weight;
      for (std::size_t x = 0; x < moved.size(); ++x) moved[x] += weight * rows.row(order[k])[x];
    }
    for (std::size_t x = 0; x < moved.size(); ++x)
      moved[x] = rows.row(i)[x] + (weights > 0 ? kPull * moved[x] / weights : 0);
    normalise(moved);
    out.add(moved);
  }
  return out;
}

// Groups of the rows named by `which`, from `first` on.
std::size_t k_means(const VectorRows& rows, const std::vector<std::size_t>& which,
                    std::vector<int>& group, std::size_t first) {
  const auto n = static_cast<double>(which.size());
  const auto groups = static_cast<std::size_t>(
      std::max(1.0, std::min({std::floor(kGroupsOfRoot * std::sqrt(n)), std::floor(n / 2)})));
  VectorRows some{rows.dimension, {}};
  some.values.reserve(which.size() * rows.dimension);
  for (const std::size_t i : which) some.add(rows.row(i));
  faiss::ClusteringParameters parameters;
  parameters.spherical = true;
  parameters.seed = kSeed;
  parameters.min_points_per_centroid = 1;
  parameters.max_points_per_centroid = static_cast<int>(which.size()) + 1;  // all of them
  faiss::Clustering clustering(static_cast<int>(rows.dimension), static_cast<int>(groups),
                               parameters);
  Products nearest(rows.dimension);
  clustering.train(static_cast<faiss::Index::idx_t>(which.size()), some.values.data(), nearest);
  std::vector<float> distances(which.size());
  std::vector<faiss::Index::idx_t> labels(which.size());
  nearest.search(static_cast<faiss::Index::idx_t>(which.size()), some.values.data(), 1,
                 distances.data(), labels.data(), nullptr);
  for (std::size_t k = 0; k < which.size(); ++k)
    group[which[k]] = static_cast<int>(first) + static_cast<int>(labels[k]);
  return first + groups;
}

struct Sums {
  VectorRows rows;  // of each group's vectors
  std::vector<double> count;
};

Sums sums_of(const VectorRows& rows, const std::vector<int>& group, std::size_t groups) {
  Sums sums{{rows.dimension, std::vector<float>(groups * rows.dimension)},
            std::vector<double>(groups)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (group[i] < 0) continue;
    const auto g = static_cast<std::size_t>(group[i]);
    const std::span<float> sum = row_of(sums.rows, g);
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += rows.row(i)[k];
    ++sums.count[g];
  }
  return sums;
}

// Joins the nearest two groups while they are near enough. The first `known` groups are told apart
// more easily, and give their number to what joins them.
bool join(const VectorRows& rows, std::vector<int>& group, std::size_t groups, std::size_t known) {
  const Sums sums = sums_of(rows, group, groups);
  std::vector<double> count = sums.count;
  std::vector<std::vector<float>> products(groups, std::vector<float>(groups));
  for (std::size_t g = 0; g < groups; ++g)
    faiss::fvec_inner_products_ny(products[g].data(), sums.rows.row(g).data(),
                                  sums.rows.values.data(), rows.dimension, groups);
  std::vector<int> into(groups);
  std::iota(into.begin(), into.end(), 0);
  bool any = false;
  while (true) {
    double best = 0;
    std::size_t a = 0, b = 0;
    for (std::size_t g = 0; g < groups; ++g)
      for (std::size_t h = g + 1; h < groups; ++h) {
        if (count[g] == 0 || count[h] == 0) continue;
        const double above =
            products[g][h] / (count[g] * count[h]) - (h < known ? kJoinKnown : kJoin);
        if (above > best) best = above, a = g, b = h;
      }
    if (best <= 0) break;
    // The known one stays, or the larger.
    if ((a < known) == (b < known) && count[b] > count[a]) std::swap(a, b);
    for (std::size_t g = 0; g < groups; ++g) products[a][g] += products[b][g];
    for (std::size_t g = 0; g < groups; ++g) products[g][a] += products[g][b];
    count[a] += std::exchange(count[b], 0);
    for (int& target : into)
      if (target == static_cast<int>(b)) target = static_cast<int>(a);
    any = true;
  }
  for (int& g : group)
    if (g >= 0) g = into[static_cast<std::size_t>(g)];
  return any;
}

VectorRows middles_of(const VectorRows& rows, const std::vector<int>& group, std::size_t groups) {
  VectorRows middles = sums_of(rows, group, groups).rows;
  for (std::size_t g = 0; g < groups; ++g) normalise(row_of(middles, g));
  return middles;
}

// Which middle is nearest. A group that has lost its questions has none.
class Nearest {
 public:
  explicit Nearest(const VectorRows& middles) : middles_(middles), products_(middles.size()) {
    for (std::size_t g = 0; g < middles.size(); ++g)
      if (std::ranges::all_of(middles.row(g), [](float x) { return x == 0; })) empty_.push_back(g);
  }
  std::size_t of(std::span<const float> row) {
    faiss::fvec_inner_products_ny(products_.data(), row.data(), middles_.values.data(),
                                  middles_.dimension, products_.size());
    for (const std::size_t g : empty_) products_[g] = -2;
    return static_cast<std::size_t>(std::ranges::max_element(products_) - products_.begin());
  }
  // Of the row that was asked for last.
  float product(std::size_t group) const { return products_[group]; }

 private:
  const VectorRows& middles_;
  std::vector<float> products_;
  std::vector<std::size_t> empty_;
};

// Moves questions to the group whose middle is nearest, `rounds` times or until none moves.
void settle(const VectorRows& rows, std::vector<int>& group, std::size_t groups, int rounds) {
  for (bool moved = true; moved && rounds > 0; --rounds) {
    if (Deadline::current().expired()) throw Interrupted();
    moved = false;
    const VectorRows middles = middles_of(rows, group, groups);
    Nearest nearest(middles);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t to = nearest.of(rows.row(i));
      if (nearest.product(to) <= nearest.product(static_cast<std::size_t>(group[i]))) continue;
      group[i] = static_cast<int>(to);
      moved = true;
    }
  }
}

class FaissClusterer final : public QuestionClusterer {
 public:
  Result<QuestionClusters> cluster(const VectorRows& questions, std::span<const int> known,
                                   std::size_t groups) override {
    QuestionClusters found;
    if (questions.size() == 0) return found;
    const OneThread one_thread;
    try {
      found.mean = mean_of(questions);
      const VectorRows rows = drawn_together(centred(questions, found.mean));
      found.group.assign(known.begin(), known.end());
      found.count = groups;
      if (std::ranges::find(known, kNew) != known.end())
        found.count = place_new(rows, found.group, groups);
      else
        for (int& g : found.group) g = std::max(g, -1);
      found.middles = middles_of(rows, found.group, found.count);
      for (std::size_t i = 0; i < rows.size(); ++i)
        found.closeness.push_back(
            found.group[i] < 0
                ? 0
                : faiss::fvec_inner_product(
                      rows.row(i).data(),
                      found.middles.row(static_cast<std::size_t>(found.group[i])).data(),
                      rows.dimension));
    } catch (const Interrupted&) {
      return Deadline::current().stop().stop_requested()
                 ? Status::cancelled()
                 : Status(Code::deadline_exceeded, "deadline_exceeded",
                          {"Le regroupement des questions a pris trop de temps.",
                           "Grouping the questions took too long."});
    } catch (const std::exception& error) {
      return Status::internal(error.what());
    }
    return found;
  }

  std::vector<int> nearest(const QuestionClusters& clusters, const VectorRows& questions) override {
    const VectorRows rows = centred(questions, clusters.mean);
    Nearest middle(clusters.middles);
    std::vector<int> groups;
    for (std::size_t i = 0; i < rows.size() && clusters.count > 0; ++i)
      groups.push_back(static_cast<int>(middle.of(rows.row(i))));
    return groups;
  }

 private:
  static std::size_t place_new(const VectorRows& rows, std::vector<int>& group, std::size_t known) {
    std::vector<std::size_t> placeless;
    for (std::size_t i = 0; i < group.size(); ++i)
      if (group[i] < 0) placeless.push_back(i);
    const std::size_t groups = k_means(rows, placeless, group, known);
    join(rows, group, groups, known);
    if (known > 0) {
      settle(rows, group, groups, 3);
    } else {
      for (int round = 0; round < 4; ++round) {
        settle(rows, group, groups, 10);
        if (!join(rows, group, groups, 0)) break;
      }
    }
    return numbered(group, known);
  }

  // New groups that were joined to others leave no gap.
  static std::size_t numbered(std::vector<int>& group, std::size_t known) {
    std::vector<int> numbers;
    auto next = static_cast<int>(known);
    for (int& g : group) {
      if (g < static_cast<int>(known)) continue;
      const auto at = static_cast<std::size_t>(g);
      if (numbers.size() <= at) numbers.resize(at + 1, -1);
      if (numbers[at] < 0) numbers[at] = next++;
      g = numbers[at];
    }
    return static_cast<std::size_t>(next);
  }
};

}  // namespace

std::unique_ptr<QuestionClusterer> make_question_clusterer() {
  return std::make_unique<FaissClusterer>();
}

}  // namespace monitora::retrieval
