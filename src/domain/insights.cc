#include "domain/insights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

namespace monitora {
namespace {

constexpr int kBits = 8;  // of a value that its class keeps

// How many low bits its class leaves out.
int bits_lost(unsigned value) {
  return std::max(0, static_cast<int>(std::bit_width(value)) - kBits);
}

int class_of(int milliseconds) {
  const auto value = static_cast<unsigned>(std::max(milliseconds, 0));
  const int lost = bits_lost(value);
  return static_cast<int>(value >> lost << lost);
}

// The middle of a class.
double shown(int least) {
  const int lost = bits_lost(static_cast<unsigned>(least));
  return least + static_cast<double>((1 << lost) - 1) / 2;
}

std::optional<double> percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// Of sorted lists together, each once.
using Names = std::optional<std::vector<std::uint64_t>>;
std::optional<std::int64_t> count_names(std::span<const Figures> times, Names Figures::*of) {
  std::vector<std::uint64_t> all;
  for (const Figures& each : times) {
    const Names& names = each.*of;
    if (!names) return std::nullopt;
    all.insert(all.end(), names->begin(), names->end());
  }
  std::ranges::sort(all);
  return std::ranges::unique(all).begin() - all.begin();
}

}  // namespace

void Durations::add(int milliseconds, std::int64_t times) {
  count_ += times;
  total_ += std::max(milliseconds, 0) * times;
  const int least = class_of(milliseconds);
  const auto place = std::ranges::lower_bound(classes_, least, {}, &Class::least);
  if (place != classes_.end() && place->least == least)
    place->times += times;
  else
    classes_.insert(place, {least, times});
}

void Durations::add(const Durations& other) {
  count_ += other.count_;
  total_ += other.total_;
  std::vector<Class> both;
  both.reserve(classes_.size() + other.classes_.size());
  std::ranges::merge(classes_, other.classes_, std::back_inserter(both), {}, &Class::least,
                     &Class::least);
  std::size_t last = 0;
  for (std::size_t i = 1; i < both.size(); ++i) {
    if (both[i].least == both[last].least)
      both[last].times += both[i].times;
    else
      both[++last] = both[i];
  }
  if (!both.empty()) both.resize(last + 1);
  classes_ = std::move(both);
}

Durations Durations::of(std::int64_t total, std::vector<Class> classes) {
  Durations durations;
  durations.total_ = total;
  for (const auto& [least, times] : classes) durations.count_ += times;
  durations.classes_ = std::move(classes);
  return durations;
}

std::optional<double> Durations::mean() const {
  if (count_ == 0) return std::nullopt;
  return static_cast<double>(total_) / static_cast<double>(count_);
}

std::optional<double> Durations::percentile(int percent) const {
  const std::int64_t rank = (count_ * percent + 99) / 100;
  std::int64_t seen = 0;
  for (const auto& [least, times] : classes_) {
    seen += times;
    if (seen >= rank) return shown(least);
  }
  return std::nullopt;
}

void Figures::count_answer(std::optional<int> feedback, bool is_cached,
                           std::optional<double> rag_score, bool is_resolved,
                           std::optional<int> response_ms, std::optional<int> ttfb_ms) {
  ++answers;
  votes += feedback.has_value();
  votes_up += feedback == 1;
  cached += is_cached;
  if (rag_score) {
    ++scored;
    score_sum += std::llround(*rag_score * 1e9);
    low_confidence += *rag_score < 0.5 && !is_resolved;
  }
  if (response_ms) response.add(*response_ms);
  if (ttfb_ms) first_token.add(*ttfb_ms);
}

void Figures::add(const Figures& other) {
  messages += other.messages;
  conversations += other.conversations;
  visitors += other.visitors;
  votes += other.votes;
  votes_up += other.votes_up;
  answers += other.answers;
  cached += other.cached;
  scored += other.scored;
  score_sum += other.score_sum;
  low_confidence += other.low_confidence;
  response.add(other.response);
  first_token.add(other.first_token);
  conversation_names.reset();
  visitor_names.reset();
}

std::optional<double> Figures::satisfaction_rate() const {
  return percent(votes_up, votes);
}
std::optional<double> Figures::cache_hit_rate() const {
  return percent(cached, answers);
}
std::optional<double> Figures::avg_rag_score() const {
  if (scored == 0) return std::nullopt;
  return static_cast<double>(score_sum) / (1e9 * static_cast<double>(scored));
}

std::uint64_t name_hash(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::optional<People> people_of(std::span<const Figures> times) {
  const auto conversations = count_names(times, &Figures::conversation_names);
  const auto visitors = count_names(times, &Figures::visitor_names);
  if (!conversations || !visitors) return std::nullopt;
  return People{*conversations, *visitors};
}

TopicTrend trend_of(const Topic& topic, Day today, int days) {
  constexpr int kByDay = 31, kWeek = 7;
  TopicTrend trend;
  trend.days = std::clamp(days, 1, kLongestTrend);
  const std::chrono::days length(trend.days);
  const std::chrono::days step(trend.days <= kByDay ? 1 : kWeek);
  const Day end = today + std::chrono::days(1), middle = end - length;
  for (Day from = middle; from < end; from += step) trend.series.push_back({from, 0});
  for (const auto& [day, questions] : topic.daily) {
    if (day >= end || day < middle - length) continue;
    (day < middle ? trend.before : trend.latest) += questions;
    if (day >= middle)
      trend.series[static_cast<std::size_t>((day - middle) / step)].questions += questions;
  }
  return trend;
}

}  // namespace monitora
