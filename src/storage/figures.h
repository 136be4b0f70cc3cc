// The figures of a workspace's messages: counted from them, and kept by day in analytics_daily.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_zone.h"
#include "domain/insights.h"
#include "ports/insights_store.h"
#include "sql/connection.h"

namespace monitora::storage {

// Reads every message from the first bound to the last once, in constant memory but for the
// conversations and visitors: 16 bytes for each of them and each time that they appear in.
Result<std::vector<Figures>> count_figures(sql::Connection& connection,
                                           const WorkspaceId& workspace,
                                           std::span<const Time> bounds);

Result<People> count_people(sql::Connection& connection, const WorkspaceId& workspace, Time from,
                            Time to);

Result<std::map<Day, Figures>> read_kept_figures(sql::Connection& connection,
                                                 const WorkspaceId& workspace,
                                                 const std::string& zone, Day from, Day to);
// In a transaction.
Status write_kept_figures(sql::Connection& connection, const WorkspaceId& workspace,
                          const std::string& zone, const std::map<Day, Figures>& days);

// What was kept of the days around these times, in whatever zone, is no longer true. In the
// transaction that made it so.
Status forget_figures(sql::Connection& connection, const WorkspaceId& workspace, Time from,
                      Time to);
// The same of a message's day, of a conversation's days.
Status forget_figures_of(sql::Connection& connection, const WorkspaceId& workspace,
                         const MessageId& message);
Status forget_figures_of(sql::Connection& connection, const WorkspaceId& workspace,
                         const ConversationId& conversation);

// The days, in whatever zone, whose figures may have changed since then, as change_log tells:
// those around each message voted on or resolved. Nothing when all may have: a conversation was
// deleted, and with it went the times of its messages.
Result<std::optional<std::set<Day>>> days_changed_since(sql::Connection& connection,
                                                        const WorkspaceId& workspace, Time since);

// What a day's figures have beside their columns, as JSON.
std::string figures_json(const Figures& figures, const std::string& zone);
// Nothing when it is not of `zone`, or not ours. Fills all but the columns.
bool read_figures(std::string_view json, const std::string& zone, Figures& figures);

}  // namespace monitora::storage
