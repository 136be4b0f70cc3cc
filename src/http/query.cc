#include "http/query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace monitora::http {
namespace {

using std::chrono::sys_days;
constexpr Time kFirst = sys_days(std::chrono::year(1900) / 1 / 1);
constexpr Time kLast = sys_days(std::chrono::year(9000) / 1 / 1);

template <class T>
std::optional<T> parse(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string Query::text(std::string_view name, std::size_t most_characters) {
  const std::string_view text = request_.query_value(name);
  if (count_characters(text) <= most_characters) return std::string(text);
  fail(name, {fmt::format("{} caractères au plus.", most_characters),
              fmt::format("At most {} characters.", most_characters)});
  return {};
}

std::optional<double> Query::number(std::string_view name, double least, double most) {
  if (!has(name)) return std::nullopt;
  const auto value = parse<double>(request_.query_value(name));
  if (value && std::isfinite(*value) && *value >= least && *value <= most) return value;
  fail(name, {fmt::format("Valeur attendue : un nombre de {:g} à {:g}.", least, most),
              fmt::format("Expected a number from {:g} to {:g}.", least, most)});
  return std::nullopt;
}

std::optional<int> Query::whole_number(std::string_view name, int least, int most) {
  if (!has(name)) return std::nullopt;
  const auto value = parse<int>(request_.query_value(name));
  if (value && *value >= least && *value <= most) return value;
  fail(name, {fmt::format("Valeur attendue : un nombre entier de {} à {}.", least, most),
              fmt::format("Expected a whole number from {} to {}.", least, most)});
  return std::nullopt;
}

std::optional<std::string> Query::choice(std::string_view name,
                                         std::span<const std::string_view> allowed) {
  if (!has(name)) return std::nullopt;
  const std::string_view text = request_.query_value(name);
  if (std::ranges::find(allowed, text) != allowed.end()) return std::string(text);
  const std::string list = fmt::format("{}", fmt::join(allowed, ", "));
  fail(name,
       {fmt::format("Valeur attendue : {}.", list), fmt::format("Expected one of {}.", list)});
  return std::nullopt;
}

Query::Range Query::range(const TimeZone& zone) {
  const std::size_t before = errors_.size();
  Range range{bound("from", zone, false), bound("to", zone, true)};
  if (errors_.size() == before && range.from && range.to && *range.to <= *range.from)
    fail("to", {"La fin de la période doit venir après son début.",
                "The end of the period must come after its start."});
  return range;
}

std::optional<Time> Query::bound(std::string_view name, const TimeZone& zone, bool end) {
  if (!has(name)) return std::nullopt;
  const std::string_view text = request_.query_value(name);
  std::optional<Time> time = parse_time(text);
  if (const auto day = parse_day(text))
    time = zone.start_of(end ? *day + std::chrono::days(1) : *day);
  // No database is asked for a year that it does not know.
  if (time) return std::clamp(*time, kFirst, kLast);
  fail(name, {"Valeur attendue : un jour (2027-01-31) ou une date RFC 3339 "
              "(2027-01-31T12:00:00Z).",
              "Expected a day (2027-01-31) or an RFC 3339 time (2027-01-31T12:00:00Z)."});
  return std::nullopt;
}

}  // namespace monitora::http
