// The figures of a period, summed by the database. Conversations of channel `test` are in none, and
// conversations and visitors count where they wrote or were answered.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "domain/insights.h"
#include "sql/connection.h"

namespace monitora::storage {

// Over [from, to), without the history. documents_count is of now.
Result<Analytics> read_totals(sql::Connection& connection, const WorkspaceId& workspace, Time from,
                              Time to);

// By hour or day of UTC, in order; only those with a message.
Result<std::vector<AnalyticsPoint>> read_history(sql::Connection& connection,
                                                 const WorkspaceId& workspace, Time from, Time to,
                                                 bool by_hour);

}  // namespace monitora::storage
