#include "http/analytics_period.h"

#include <fmt/format.h>

#include "app/statistics.h"

namespace monitora::http {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::string_view kPeriods[] = {"24h", "7d", "30d", "3m", "6m", "1y"};

// The day of `months` months ago, in that month.
Day months_before(Day day, int months) {
  using std::chrono::year_month_day;
  year_month_day date(day);
  date -= std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return Day(date);
}

// Until the end of this hour or day: what happens now is in it.
Period named(const std::string& name, const TimeZone& zone, Time now) {
  if (name == "24h") {
    const auto offset = zone.offset_at(now);
    const Time to = std::chrono::floor<hours>(now + offset) - offset + hours(1);
    return {name, to - hours(24), to};
  }
  const Day end = zone.day_of(now) + days(1);
  Day first = end - days(30);
  if (name == "7d") first = end - days(7);
  if (name == "3m") first = months_before(end, 3);
  if (name == "6m") first = months_before(end, 6);
  if (name == "1y") first = months_before(end, 12);
  return {name, zone.start_of(first), zone.start_of(end)};
}

}  // namespace

Period read_period(Query& query, const TimeZone& zone, Time now) {
  const auto name = query.choice("period", kPeriods);
  const bool bounds = query.has("from") || query.has("to");
  if (!bounds) return named(name.value_or("30d"), zone, now);
  if (query.has("period"))
    query.fail("period",
               {"Donnez soit period, soit from et to.", "Give either period, or from and to."});
  const Query::Range range = query.range(zone);
  if (!query.has("from"))
    query.fail("from", {"Le début de la période manque.", "The start of the period is missing."});
  const Period period{"", range.from.value_or(now), range.to.value_or(now)};
  if (!query.has("to") && range.from && *range.from >= now)
    query.fail("from", {"La période n'a pas encore commencé : donnez aussi sa fin.",
                        "The period has not begun yet: give its end, too."});
  if (period.to - period.from > Statistics::kLongest) {
    const auto most = Statistics::kLongest.count();
    query.fail("to", {fmt::format("Une période dure {} jours au plus.", most),
                      fmt::format("A period lasts {} days at most.", most)});
  }
  return period;
}

}  // namespace monitora::http
