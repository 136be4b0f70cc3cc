#include "app/statistics.h"

#include <algorithm>

#include "base/log.h"

namespace monitora {
namespace {

using std::chrono::days;
using std::chrono::hours;

// Days counted by one reading of the messages: bounds its memory.
constexpr days kAtOnce{92};

// The hours that a clock on the wall there shows begin here.
Time start_of_hour(const TimeZone& zone, Time time) {
  const auto offset = zone.offset_at(time);
  return std::chrono::floor<hours>(time + offset) - offset;
}

std::vector<Time> hourly(const TimeZone& zone, Time from, Time to) {
  std::vector<Time> bounds{from};
  for (Time at = start_of_hour(zone, from) + hours(1); at < to; at += hours(1))
    bounds.push_back(at);
  bounds.push_back(to);
  return bounds;
}

std::vector<Time> daily(const TimeZone& zone, Time from, Time to) {
  std::vector<Time> bounds{from};
  for (Day day = zone.day_of(from) + days(1); zone.start_of(day) < to; day += days(1))
    if (zone.start_of(day) > from) bounds.push_back(zone.start_of(day));
  bounds.push_back(to);
  return bounds;
}

}  // namespace

Result<Analytics> Statistics::analytics(const WorkspaceId& workspace, const TimeZone& zone,
                                        Time from, Time to) {
  Analytics analytics;
  analytics.by_hour = to - from <= kLongestByHour;
  const std::vector<Time> bounds =
      analytics.by_hour ? hourly(zone, from, to) : daily(zone, from, to);
  std::vector<Figures> figures;
  if (analytics.by_hour) {
    MONITORA_ASSIGN(figures, insights_.count(workspace, bounds));
  } else {
    MONITORA_ASSIGN(figures, cut_days(workspace, zone, bounds));
  }
  MONITORA_ASSIGN(const People people, this->people(workspace, figures, from, to));
  MONITORA_ASSIGN(analytics.documents_count, insights_.documents(workspace));
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Figures& one = figures[i];
    analytics.history.push_back({bounds[i], one.messages, one.conversations, one.visitors});
    analytics.total.add(one);
  }
  analytics.total.conversations = people.conversations;
  analytics.total.visitors = people.visitors;
  return analytics;
}

Result<InsightMetrics> Statistics::insights(const WorkspaceId& workspace, const TimeZone& zone,
                                            int count) {
  const Time now = clock_.now();
  const Day today = zone.day_of(now);
  const Day first = today - days(count);
  MONITORA_ASSIGN(const std::vector<Figures> figures,
                  day_figures(workspace, zone, first, today + days(1)));
  MONITORA_ASSIGN(const People people, this->people(workspace, figures, zone.start_of(first),
                                                    zone.start_of(today + days(1))));
  Figures total;
  for (const Figures& each : figures) total.add(each);
  InsightMetrics metrics;
  metrics.satisfaction_rate = total.satisfaction_rate();
  metrics.avg_rag_score = total.avg_rag_score();
  metrics.low_confidence_count = total.low_confidence;
  metrics.total_conversations = people.conversations;
  metrics.total_messages = total.messages;
  MONITORA_ASSIGN(metrics.total_documents, insights_.documents(workspace));
  if (people.conversations > 0)
    metrics.avg_messages_per_conversation =
        static_cast<double>(total.messages) / static_cast<double>(people.conversations);
  metrics.calculated_at = now;
  return metrics;
}

Result<People> Statistics::people(const WorkspaceId& workspace, std::span<const Figures> times,
                                  Time from, Time to) {
  if (const auto known = people_of(times)) return *known;
  return insights_.people(workspace, from, to);
}

Result<std::vector<Figures>> Statistics::cut_days(const WorkspaceId& workspace,
                                                  const TimeZone& zone,
                                                  std::span<const Time> bounds) {
  // The whole days in the middle, and at each end a day that may be cut.
  std::vector<Figures> figures;
  const auto is_midnight = [&](Time time) { return zone.start_of(zone.day_of(time)) == time; };
  std::size_t first = is_midnight(bounds.front()) ? 0 : 1;
  std::size_t last = bounds.size() - 1;
  if (!is_midnight(bounds.back())) --last;
  if (first > last) return insights_.count(workspace, bounds);
  if (first == 1) {
    MONITORA_ASSIGN(figures, insights_.count(workspace, bounds.subspan(0, 2)));
  }
  if (first < last) {
    MONITORA_ASSIGN(
        std::vector<Figures> whole,
        day_figures(workspace, zone, zone.day_of(bounds[first]), zone.day_of(bounds[last])));
    std::move(whole.begin(), whole.end(), std::back_inserter(figures));
  }
  if (last + 1 < bounds.size()) {
    MONITORA_ASSIGN(std::vector<Figures> cut, insights_.count(workspace, bounds.subspan(last, 2)));
    figures.push_back(std::move(cut.front()));
  }
  return figures;
}

Result<std::vector<Figures>> Statistics::day_figures(const WorkspaceId& workspace,
                                                     const TimeZone& zone, Day from, Day to) {
  const Time now = clock_.now();
  MONITORA_ASSIGN(auto known, insights_.kept(workspace, zone, from, to));
  // Each run of days that are not kept is read once.
  for (Day day = from; day < to;) {
    if (known.contains(day)) {
      day += days(1);
      continue;
    }
    Day end = day;
    while (end < to && end - day < kAtOnce && !known.contains(end)) end += days(1);
    MONITORA_ASSIGN(auto counted, count_days(workspace, zone, day, end));
    std::map<Day, Figures> over;
    for (auto& [each, figures] : counted) {
      if (zone.start_of(each + days(1)) + kSettled <= now) over[each] = figures;
      known[each] = std::move(figures);
    }
    // Reading is right without it.
    if (!over.empty())
      if (const Status kept = insights_.keep(workspace, zone, over, now); !kept.ok())
        log::warning("daily figures were not kept: {}", kept.to_string());
    day = end;
  }
  std::vector<Figures> figures;
  for (auto& [day, each] : known) figures.push_back(std::move(each));
  return figures;
}

Result<std::map<Day, Figures>> Statistics::count_days(const WorkspaceId& workspace,
                                                      const TimeZone& zone, Day from, Day to) {
  std::vector<Time> bounds;
  for (Day day = from; day <= to; day += days(1)) bounds.push_back(zone.start_of(day));
  MONITORA_ASSIGN(std::vector<Figures> counted, insights_.count(workspace, bounds));
  std::map<Day, Figures> found;
  for (Day day = from; day < to; day += days(1))
    found[day] = std::move(counted[static_cast<std::size_t>((day - from).count())]);
  return found;
}

Result<int> Statistics::recount(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const Workspace found, workspaces_.get(workspace));
  const auto named = TimeZone::find(found.widget.time_zone);
  const TimeZone zone = named ? *named : TimeZone::utc();
  const Time now = clock_.now();
  const Day today = zone.day_of(now);
  MONITORA_ASSIGN(const auto kept, insights_.kept(workspace, zone, today - kLongest, today));
  int repaired = 0;
  for (auto first = kept.begin(); first != kept.end();) {
    // Days apart are not read for the days between them.
    auto last = first;
    while (std::next(last) != kept.end() && std::next(last)->first - last->first == days(1) &&
           std::next(last)->first - first->first < kAtOnce)
      ++last;
    MONITORA_ASSIGN(auto counted, count_days(workspace, zone, first->first, last->first + days(1)));
    std::erase_if(counted, [&](const auto& day) { return kept.at(day.first) == day.second; });
    if (!counted.empty()) MONITORA_TRY(insights_.keep(workspace, zone, counted, now));
    repaired += static_cast<int>(counted.size());
    first = std::next(last);
  }
  return repaired;
}

Status Statistics::recount_all() {
  MONITORA_ASSIGN(const std::vector<WorkspaceId> workspaces, insights_.with_kept_figures());
  for (const WorkspaceId& workspace : workspaces) {
    const Result<int> repaired = recount(workspace);
    if (repaired.status().code() == Code::not_found) continue;  // deleted meanwhile
    MONITORA_TRY(repaired.status());
    if (*repaired > 0)
      log::warning("workspace {}: the figures of {} days were repaired", workspace.to_string(),
                   *repaired);
  }
  return {};
}

}  // namespace monitora
