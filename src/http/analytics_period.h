// `?period=` or `?from=&to=` of analytics.
#pragma once

#include "base/time_zone.h"
#include "http/query.h"

namespace monitora::http {

struct Period {
  std::string name;  // 24h, 7d, 30d, 3m, 6m, 1y, or empty for one with bounds of its own
  Time from, to;
};

// 30d when nothing is asked for. `to` alone needs a `from`; `from` alone goes until now. Notes what
// is wrong in `query`; the answer means nothing then.
Period read_period(Query& query, const TimeZone& zone, Time now);

}  // namespace monitora::http
