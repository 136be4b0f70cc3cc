#include "storage/analytics.h"

#include <algorithm>
#include <string>

namespace monitora::storage {
namespace {

using sql::p;
using sql::Row;

// The trigger keeps last_message_at at or after every message: older conversations need no look.
constexpr std::string_view kFrom =
    " FROM conversations c JOIN messages m ON m.conversation_id = c.id "
    "WHERE c.workspace_id = ? AND c.channel <> 'test' AND c.last_message_at >= ? "
    "AND m.created_at >= ? AND m.created_at < ?";

// The hour or the day that a message belongs to, as "2026-11-22T20" (on SQL Server with a space) or
// "2026-11-22", in UTC.
std::string_view bucket(sql::Database database, bool by_hour) {
  switch (database) {
    case sql::Database::sqlite:
      return by_hour ? "SUBSTR(m.created_at, 1, 13)" : "SUBSTR(m.created_at, 1, 10)";
    case sql::Database::sqlserver:
      return by_hour ? "CONVERT(CHAR(13), SWITCHOFFSET(m.created_at, 0), 120)"
                     : "CONVERT(CHAR(10), SWITCHOFFSET(m.created_at, 0), 120)";
    case sql::Database::postgres:
      return by_hour ? "TO_CHAR(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24')"
                     : "TO_CHAR(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')";
  }
  return {};
}

}  // namespace

Result<Analytics> read_totals(sql::Connection& connection, const WorkspaceId& workspace, Time from,
                              Time to) {
  Analytics totals;
  const std::string statement =
      "SELECT COUNT(DISTINCT c.id), COUNT(*), COUNT(DISTINCT c.visitor_id), "
      "SUM(CASE WHEN m.role = 'assistant' AND m.feedback = 1 THEN 1 ELSE 0 END), "
      "SUM(CASE WHEN m.role = 'assistant' AND m.feedback IS NOT NULL THEN 1 ELSE 0 END), "
      "AVG(CASE WHEN m.role = 'assistant' THEN CAST(m.response_time_ms AS FLOAT) END), "
      "AVG(CASE WHEN m.role = 'assistant' THEN CAST(m.ttfb_ms AS FLOAT) END), "
      "SUM(CASE WHEN m.role = 'assistant' AND m.cached = ? THEN 1 ELSE 0 END), "
      "SUM(CASE WHEN m.role = 'assistant' THEN 1 ELSE 0 END), "
      "(SELECT COUNT(*) FROM documents WHERE workspace_id = ?)" +
      std::string(kFrom);
  MONITORA_TRY(
      connection.query(statement, {p(true), p(workspace), p(workspace), p(from), p(from), p(to)},
                       [&](const Row& row) {
                         const auto percent = [&](int part, int whole) -> std::optional<double> {
                           if (row.integer(whole) == 0) return std::nullopt;
                           return 100.0 * static_cast<double>(row.integer(part)) /
                                  static_cast<double>(row.integer(whole));
                         };
                         totals.total_conversations = row.integer(0);
                         totals.total_messages = row.integer(1);
                         totals.unique_visitors = row.integer(2);
                         totals.satisfaction_rate = percent(3, 4);
                         if (!row.is_null(5)) totals.avg_response_time_ms = row.real(5);
                         if (!row.is_null(6)) totals.avg_ttfb_ms = row.real(6);
                         totals.cache_hit_rate = percent(7, 8);
                         totals.documents_count = row.integer(9);
                         return Status();
                       }));
  return totals;
}

Result<std::vector<AnalyticsPoint>> read_history(sql::Connection& connection,
                                                 const WorkspaceId& workspace, Time from, Time to,
                                                 bool by_hour) {
  const std::string hour_or_day(bucket(connection.dialect().database(), by_hour));
  const std::string statement =
      "SELECT " + hour_or_day + ", COUNT(*), COUNT(DISTINCT c.id), COUNT(DISTINCT c.visitor_id)" +
      std::string(kFrom) + " GROUP BY " + hour_or_day + " ORDER BY " + hour_or_day;
  std::vector<AnalyticsPoint> history;
  MONITORA_TRY(connection.query(
      statement, {p(workspace), p(from), p(from), p(to)}, [&](const Row& row) -> Status {
        std::string text = std::string(row.text(0)) + (by_hour ? ":00:00Z" : "T00:00:00Z");
        std::replace(text.begin(), text.end(), ' ', 'T');
        const std::optional<Time> at = parse_time(text);
        if (!at) return Status::internal("the database's hour is not one: " + text);
        history.push_back({*at, row.integer(1), row.integer(2), row.integer(3)});
        return {};
      }));
  return history;
}

}  // namespace monitora::storage
