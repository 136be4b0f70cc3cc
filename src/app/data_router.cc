#include "app/data_router.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace monitora {
namespace {

constexpr std::size_t kNearest = 3;  // examples that speak for a route

float cosine(const Vector& one, const Vector& other) {
  if (one.size() != other.size()) return 0;
  return std::inner_product(one.begin(), one.end(), other.begin(), 0.0F);
}

// The mean of the nearest of them.
float nearness(const Vector& vector, const std::vector<Vector>& examples) {
  std::vector<float> near;
  near.reserve(examples.size());
  for (const Vector& each : examples) near.push_back(cosine(vector, each));
  const std::size_t count = std::min(kNearest, near.size());
  if (count == 0) return 0;
  std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count), near.end(),
                    std::greater());
  return std::accumulate(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count), 0.0F) /
         static_cast<float>(count);
}

}  // namespace

Result<std::vector<Vector>> embed_all(Embedder& embedder, const std::vector<std::string>& texts) {
  if (texts.empty()) return std::vector<Vector>();
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return embedder.embed(Embedder::Kind::query, views);
}

Result<DataRoute> DataRouter::route(const std::string& question, const Vector& vector,
                                    const std::vector<Vector>& subjects) {
  MONITORA_ASSIGN(const std::shared_ptr<const Examples> known, examples());
  const auto near = [&](DataRoute route) {
    return nearness(vector, (*known)[static_cast<std::size_t>(route)]);
  };
  RouteScores nearest{near(DataRoute::documents), near(DataRoute::orders), near(DataRoute::data)};
  for (const Vector& subject : subjects)
    nearest.data = std::max(nearest.data, cosine(vector, subject));
  return choose_route(routing_words(question), nearest);
}

Result<std::shared_ptr<const DataRouter::Examples>> DataRouter::examples() {
  const auto known = [this] {
    const std::lock_guard lock(mutex_);
    return examples_;
  };
  if (const auto made = known()) return made;
  const std::lock_guard making(making_);
  if (const auto made = known()) return made;
  auto made = std::make_shared<Examples>();
  for (const DataRoute route : {DataRoute::documents, DataRoute::orders, DataRoute::data}) {
    std::vector<std::string> texts;
    for (const RoutingExample& each : routing_examples())
      if (each.route == route) texts.emplace_back(each.text);
    MONITORA_ASSIGN((*made)[static_cast<std::size_t>(route)], embed_all(embedder_, texts));
  }
  const std::lock_guard lock(mutex_);
  examples_ = made;
  return std::shared_ptr<const Examples>(std::move(made));
}

}  // namespace monitora
