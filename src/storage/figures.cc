#include "storage/figures.h"

#include <algorithm>
#include <functional>

#include "storage/changes.h"
#include "storage/query.h"
#include "storage/upsert.h"

namespace monitora::storage {
namespace {

using sql::p;
using sql::Param;
using sql::Row;

constexpr std::string_view kMessages =
    " FROM conversations c JOIN messages m ON m.conversation_id = c.id "
    "WHERE c.workspace_id = ? AND c.channel <> 'test' AND c.last_message_at >= ? "
    "AND m.created_at >= ? AND m.created_at < ?";

// Who appeared when: each pair counts once, however often it comes.
class Appearances {
 public:
  using Names = std::optional<std::vector<std::uint64_t>>;

  void add(std::size_t when, std::uint64_t who) { all_.emplace_back(when, who); }
  void count(std::vector<Figures>& figures, std::int64_t Figures::*number, Names Figures::*names) {
    std::sort(all_.begin(), all_.end());
    const auto end = std::unique(all_.begin(), all_.end());
    for (auto one = all_.begin(); one != end; ++one) {
      Figures& then = figures[one->first];
      if (++(then.*number) > static_cast<std::int64_t>(Figures::kMostNamed))
        (then.*names).reset();
      else
        (then.*names)->push_back(one->second);
    }
  }

 private:
  std::vector<std::pair<std::size_t, std::uint64_t>> all_;
};

std::optional<int> integer(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<int>(row.integer(column));
}

std::uint64_t name_hash(const Uuid& id) {
  const auto& bytes = id.bytes();
  return monitora::name_hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// A time zone is at most 14 hours from UTC: its day is this one, the one before or the one after.
std::pair<Day, Day> days_around(Time at) {
  using std::chrono::days;
  const Day day = TimeZone::utc().day_of(at);
  return {day - days(1), day + days(1)};
}

Result<std::optional<Time>> time_of(sql::Connection& connection, const WorkspaceId& workspace,
                                    const MessageId& message) {
  return query_one(connection,
                   "SELECT m.created_at FROM messages m JOIN conversations c "
                   "ON c.id = m.conversation_id WHERE c.workspace_id = ? AND m.id = ?",
                   {p(workspace), p(message)}, [](const Row& row) { return row.time(0); });
}

}  // namespace

Result<std::vector<Figures>> count_figures(sql::Connection& connection,
                                           const WorkspaceId& workspace,
                                           std::span<const Time> bounds) {
  std::vector<Figures> figures(bounds.size() - 1);
  Appearances conversations, visitors;
  const std::string statement =
      "SELECT c.id, c.visitor_id, m.created_at, m.role, m.feedback, m.cached, m.rag_score, "
      "m.is_resolved, m.response_time_ms, m.ttfb_ms" +
      std::string(kMessages);
  MONITORA_TRY(connection.query(
      statement, {p(workspace), p(bounds.front()), p(bounds.front()), p(bounds.back())},
      [&](const Row& row) {
        const auto after = std::upper_bound(bounds.begin(), bounds.end(), row.time(2));
        const auto when =
            std::min(static_cast<std::size_t>(after - bounds.begin()) - 1, figures.size() - 1);
        Figures& here = figures[when];
        ++here.messages;
        conversations.add(when, name_hash(row.uuid(0)));
        if (!row.is_null(1)) visitors.add(when, monitora::name_hash(row.text(1)));
        if (row.text(3) != "assistant") return Status();
        here.count_answer(integer(row, 4), row.boolean(5),
                          row.is_null(6) ? std::nullopt : std::optional(row.real(6)),
                          row.boolean(7), integer(row, 8), integer(row, 9));
        return Status();
      }));
  conversations.count(figures, &Figures::conversations, &Figures::conversation_names);
  visitors.count(figures, &Figures::visitors, &Figures::visitor_names);
  return figures;
}

Result<People> count_people(sql::Connection& connection, const WorkspaceId& workspace, Time from,
                            Time to) {
  // A conversation whose last message is in the time needs no look at its messages.
  constexpr std::string_view kWhere =
      " FROM conversations c WHERE c.workspace_id = ? AND c.channel <> 'test' "
      "AND c.last_message_at >= ? AND (c.last_message_at < ? OR EXISTS (SELECT 1 FROM messages m "
      "WHERE m.conversation_id = c.id AND m.created_at >= ? AND m.created_at < ?))";
  People people;
  const Param params[] = {p(workspace), p(from), p(to), p(from), p(to)};
  if (connection.dialect().database() == sql::Database::sqlite) {
    // Counted here: SQLite sorts the visitors' names, which takes longer than reading them.
    std::vector<std::size_t> visitors;
    MONITORA_TRY(
        connection.query("SELECT c.visitor_id" + std::string(kWhere), params, [&](const Row& row) {
          ++people.conversations;
          if (!row.is_null(0)) visitors.push_back(std::hash<std::string_view>()(row.text(0)));
          return Status();
        }));
    std::sort(visitors.begin(), visitors.end());
    people.visitors = std::unique(visitors.begin(), visitors.end()) - visitors.begin();
  } else {
    const auto count = [&](const std::string& statement, std::int64_t& into) {
      return connection.query(statement, params, [&](const Row& row) {
        into = row.integer(0);
        return Status();
      });
    };
    MONITORA_TRY(count("SELECT COUNT(*)" + std::string(kWhere), people.conversations));
    // Grouped rather than COUNT(DISTINCT …), which PostgreSQL sorts.
    MONITORA_TRY(count("SELECT COUNT(*) FROM (SELECT c.visitor_id" + std::string(kWhere) +
                           " AND c.visitor_id IS NOT NULL GROUP BY c.visitor_id) v",
                       people.visitors));
  }
  return people;
}

Result<std::map<Day, Figures>> read_kept_figures(sql::Connection& connection,
                                                 const WorkspaceId& workspace,
                                                 const std::string& zone, Day from, Day to) {
  std::map<Day, Figures> days;
  const std::string first = format_day(from), last = format_day(to);
  MONITORA_TRY(connection.query(
      "SELECT CAST(date AS VARCHAR(10)), messages_count, conversations_count, unique_visitors, "
      "figures FROM analytics_daily WHERE workspace_id = ? AND date >= ? AND date < ? "
      "AND figures IS NOT NULL",
      {p(workspace), p(first), p(last)}, [&](const Row& row) {
        Figures figures;
        const auto day = parse_day(row.text(0));
        if (!day || !read_figures(row.text(4), zone, figures)) return Status();
        figures.messages = row.integer(1);
        figures.conversations = row.integer(2);
        figures.visitors = row.integer(3);
        days.emplace(*day, std::move(figures));
        return Status();
      }));
  return days;
}

Status write_kept_figures(sql::Connection& connection, const WorkspaceId& workspace,
                          const std::string& zone, const std::map<Day, Figures>& days) {
  for (const auto& [day, figures] : days) {
    const std::string date = format_day(day);
    const std::string json = figures_json(figures, zone);
    const Field key[] = {{"workspace_id", p(workspace)}, {"date", p(date)}};
    const Field fields[] = {{"conversations_count", p(figures.conversations)},
                            {"messages_count", p(figures.messages)},
                            {"unique_visitors", p(figures.visitors)},
                            {"avg_response_time_ms", p(figures.response.mean())},
                            {"satisfaction_rate", p(figures.satisfaction_rate())},
                            {"figures", p(json)}};
    const Field only_new[] = {{"id", p(Uuid::random())}};
    MONITORA_TRY(upsert(connection, "analytics_daily", key, fields, only_new));
  }
  return {};
}

Status forget_figures(sql::Connection& connection, const WorkspaceId& workspace, Time from,
                      Time to) {
  const std::string first = format_day(days_around(from).first);
  const std::string last = format_day(days_around(to).second);
  return connection
      .execute(
          "UPDATE analytics_daily SET figures = NULL "
          "WHERE workspace_id = ? AND date >= ? AND date <= ? AND figures IS NOT NULL",
          {p(workspace), p(first), p(last)})
      .status();
}

Status forget_figures_of(sql::Connection& connection, const WorkspaceId& workspace,
                         const MessageId& message) {
  MONITORA_ASSIGN(const auto at, time_of(connection, workspace, message));
  return at ? forget_figures(connection, workspace, *at, *at) : Status();
}

Status forget_figures_of(sql::Connection& connection, const WorkspaceId& workspace,
                         const ConversationId& conversation) {
  using Times = std::pair<Time, Time>;
  MONITORA_ASSIGN(const auto times,
                  query_one(connection,
                            "SELECT MIN(m.created_at), MAX(m.created_at) FROM messages m "
                            "JOIN conversations c ON c.id = m.conversation_id "
                            "WHERE c.id = ? AND c.workspace_id = ?",
                            {p(conversation), p(workspace)}, [](const Row& row) {
                              return row.is_null(0) ? std::optional<Times>()
                                                    : Times(row.time(0), row.time(1));
                            }));
  if (!times || !*times) return {};
  return forget_figures(connection, workspace, (*times)->first, (*times)->second);
}

Result<std::optional<std::set<Day>>> days_changed_since(sql::Connection& connection,
                                                        const WorkspaceId& workspace, Time since) {
  std::set<MessageId> messages;
  bool known = true;
  MONITORA_TRY(connection.query(
      "SELECT entity, message_ids FROM change_log WHERE workspace_id = ? AND at >= ? "
      "AND (entity = 'insights' OR entity = 'message' AND operation = 'updated' "
      "OR entity = 'conversation' AND operation = 'deleted')",
      {p(workspace), p(since)}, [&](const Row& row) {
        const std::vector<MessageId> named = read_message_ids(row.text(1));
        messages.insert(named.begin(), named.end());
        // Insights that name no message were calculated, or are topics: no message changed.
        if (named.empty() && row.text(0) != "insights") known = false;
        return Status();
      }));
  std::set<Day> changed;
  if (!known) return std::optional<std::set<Day>>();
  for (const MessageId& message : messages) {
    MONITORA_ASSIGN(const auto at, time_of(connection, workspace, message));
    if (!at) continue;  // deleted since, which forgot its day
    const auto [first, last] = days_around(*at);
    for (Day day = first; day <= last; day += std::chrono::days(1)) changed.insert(day);
  }
  return std::optional(std::move(changed));
}

}  // namespace monitora::storage
