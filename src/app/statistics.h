// What a workspace's conversations add up to: analytics by hour or day, and insights.
#pragma once

#include "base/time_zone.h"
#include "ports/insights_store.h"
#include "ports/workspace_store.h"

namespace monitora {

// Thread-safe. The parts outlive it. Who may read is checked by the caller.
class Statistics {
 public:
  Statistics(InsightsStore& insights, WorkspaceStore& workspaces, const Clock& clock)
      : insights_(insights), workspaces_(workspaces), clock_(clock) {}

  // Periods may be so long.
  static constexpr std::chrono::days kLongest{3660};
  // A day on which clocks go back.
  static constexpr std::chrono::hours kLongestByHour{25};
  // A day is kept when it has been over for so long: what was said in it is stored by then.
  static constexpr std::chrono::hours kSettled{1};

  // Of [from, to): by hours of the zone up to a day, by its days beyond. Days that are over
  // come from what is kept, and are kept when they were not.
  Result<Analytics> analytics(const WorkspaceId& workspace, const TimeZone& zone, Time from,
                              Time to);
  // By the plan's formulas, over the last `days` whole days of the zone and today.
  Result<InsightMetrics> insights(const WorkspaceId& workspace, const TimeZone& zone, int days);

  // Counts every day that is kept again and repairs what differs; how many days that were.
  Result<int> recount(const WorkspaceId& workspace);
  // All workspaces', one after the other; a job.
  Status recount_all();

 private:
  // One for each day of [from, to), from what is kept where it is.
  Result<std::vector<Figures>> day_figures(const WorkspaceId& workspace, const TimeZone& zone,
                                           Day from, Day to);
  // The same, from the messages.
  Result<std::map<Day, Figures>> count_days(const WorkspaceId& workspace, const TimeZone& zone,
                                            Day from, Day to);
  // With the days that the bounds cut, from the messages.
  Result<std::vector<Figures>> cut_days(const WorkspaceId& workspace, const TimeZone& zone,
                                        std::span<const Time> bounds);

  // Of these times, which make up [from, to), each counted once.
  Result<People> people(const WorkspaceId& workspace, std::span<const Figures> times, Time from,
                        Time to);

  InsightsStore& insights_;
  WorkspaceStore& workspaces_;
  const Clock& clock_;
};

}  // namespace monitora
