#include "http/router.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "http/wire.h"

namespace monitora::http {
namespace {

enum class Fit { none, rest, parameter, literal };  // from worst to best

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}
bool is_rest(std::string_view segment) {
  return is_parameter(segment) && segment.ends_with("*}");
}

// How well each segment fits, first segment first; nothing when the pattern does not match.
std::optional<std::vector<Fit>> fit(const std::vector<std::string>& pattern,
                                    const std::vector<std::string_view>& path) {
  std::vector<Fit> fits;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_rest(pattern[i])) {
      fits.push_back(Fit::rest);
      return fits;
    }
    if (i >= path.size()) return std::nullopt;
    if (is_parameter(pattern[i])) {
      if (path[i].empty()) return std::nullopt;
      fits.push_back(Fit::parameter);
    } else if (pattern[i] == path[i]) {
      fits.push_back(Fit::literal);
    } else {
      return std::nullopt;
    }
  }
  if (pattern.size() != path.size()) return std::nullopt;
  return fits;
}

std::map<std::string, std::string> parameters(const std::vector<std::string>& pattern,
                                              const std::vector<std::string_view>& path) {
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i])) continue;
    std::string_view name = std::string_view(pattern[i]).substr(1, pattern[i].size() - 2);
    if (is_rest(pattern[i])) {
      name.remove_suffix(1);
      const auto from = static_cast<std::size_t>(path[i].data() - path[0].data());
      const auto end =
          static_cast<std::size_t>(path.back().data() - path[0].data()) + path.back().size();
      found.emplace(name, percent_decode({path[0].data() + from, end - from}).value_or(""));
      break;
    }
    found.emplace(name, percent_decode(path[i]).value_or(""));
  }
  return found;
}

}  // namespace

void Router::add(Route route) {
  const std::vector<std::string_view> pattern = split(route.pattern, '/');
  patterns_.emplace_back(pattern.begin(), pattern.end());
  routes_.push_back(std::move(route));
}

Router::Match Router::match(Method method, std::string_view path) const {
  const std::vector<std::string_view> segments = split(path, '/');
  Match best;
  std::vector<Fit> best_fit;
  const std::vector<std::string>* best_pattern = nullptr;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Route& route = routes_[i];
    const std::vector<std::string>& pattern = patterns_[i];
    auto fits = fit(pattern, segments);
    if (!fits) continue;
    // A catch-all makes no path exist: an unknown path under /api is a 404, not a 405.
    if (fits->back() != Fit::rest &&
        std::ranges::find(best.allowed, route.method) == best.allowed.end()) {
      best.allowed.push_back(route.method);
    }
    const bool answers =
        route.method == method || (method == Method::head && route.method == Method::get);
    if (!answers || (best.route && *fits <= best_fit)) continue;
    best.route = &route;
    best_fit = std::move(*fits);
    best_pattern = &pattern;
  }
  // A page of the catch-all must not hide that the path has a resource with other methods.
  if (best.route && best_fit.back() == Fit::rest && !best.allowed.empty()) best.route = nullptr;
  if (best.route) best.params = parameters(*best_pattern, segments);
  return best;
}

}  // namespace monitora::http
