#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/figures.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/sqlserver_procedures.h"
#include "storage/stores.h"
#include "storage/upsert.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

// Of `messages m`: votes up, votes, sum of scores in billionths, scores, low scores, messages. The
// formulas of sp_calculate_workspace_insights. Its one `?` is false.
constexpr std::string_view kAggregates =
    "SUM(CASE WHEN m.role = 'assistant' AND m.feedback = 1 THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN m.role = 'assistant' AND m.feedback IS NOT NULL THEN 1 ELSE 0 END), "
    "CAST(SUM(CASE WHEN m.role = 'assistant' AND m.rag_score IS NOT NULL "
    "THEN CAST(FLOOR(m.rag_score * 1000000000.0 + 0.5) AS BIGINT) ELSE 0 END) AS BIGINT), "
    "SUM(CASE WHEN m.role = 'assistant' AND m.rag_score IS NOT NULL THEN 1 ELSE 0 END), "
    "SUM(CASE WHEN m.role = 'assistant' AND m.rag_score < 0.5 AND m.is_resolved = ? "
    "THEN 1 ELSE 0 END), COUNT(*)";

constexpr std::string_view kDocuments = "(SELECT COUNT(*) FROM documents WHERE workspace_id = ?)";
constexpr std::string_view kConversations =
    "(SELECT COUNT(*) FROM conversations WHERE workspace_id = ? AND channel <> 'test')";
constexpr std::string_view kFrom =
    " FROM conversations c JOIN messages m ON m.conversation_id = c.id "
    "WHERE c.workspace_id = ? AND c.channel <> 'test'";

// Columns of kAggregates, then conversations, then documents.
InsightMetrics read_metrics(const Row& row) {
  Figures figures;
  figures.votes_up = row.integer(0);
  figures.votes = row.integer(1);
  figures.score_sum = row.integer(2);
  figures.scored = row.integer(3);
  InsightMetrics metrics;
  metrics.satisfaction_rate = figures.satisfaction_rate();
  metrics.avg_rag_score = figures.avg_rag_score();
  metrics.low_confidence_count = row.integer(4);
  metrics.total_messages = row.integer(5);
  metrics.total_conversations = row.integer(6);
  if (metrics.total_conversations > 0)
    metrics.avg_messages_per_conversation = static_cast<double>(metrics.total_messages) /
                                            static_cast<double>(metrics.total_conversations);
  metrics.total_documents = row.integer(7);
  return metrics;
}

class SqlInsightsStore final : public InsightsStore {
 public:
  SqlInsightsStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<InsightMetrics> calculate(const WorkspaceId& workspace) override {
    if (pool_.database() == sql::Database::sqlserver) {
      auto calculated = sqlserver::calculate_workspace_insights(pool_, workspace, clock_.now());
      MONITORA_TRY(workspace_must_exist(calculated.status()));
      MONITORA_TRY(pool_.transact([&](Connection& connection) {
        return log_change(connection, workspace, "insights", workspace.to_string(), "updated",
                          calculated->calculated_at);
      }));
      return calculated;
    }
    // Summed by a reader: a large workspace must not keep everybody else's writes waiting.
    InsightMetrics metrics;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(metrics, all_time(connection, workspace));
      return {};
    }));
    MONITORA_TRY(workspace_must_exist(transact_upsert(pool_, [&](Connection& connection) -> Status {
      MONITORA_TRY(keep(connection, workspace, metrics));
      return log_change(connection, workspace, "insights", workspace.to_string(), "updated",
                        metrics.calculated_at);
    })));
    return metrics;
  }

  // Latest first. The question is the visitor's last message before the answer.
  Result<std::vector<LowConfidenceQuestion>> low_confidence(const WorkspaceId& workspace,
                                                            Time since, int limit) override {
    std::vector<LowConfidenceQuestion> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement =
          "SELECT m.id, m.content, m.rag_score, m.created_at, (SELECT q.content FROM messages q "
          "WHERE q.conversation_id = m.conversation_id AND q.role = 'user' "
          "AND q.created_at <= m.created_at ORDER BY q.created_at DESC, q.id DESC";
      std::vector<Param> params;
      append_limit(connection.dialect(), 1, statement, params);
      statement += ")" + std::string(kFrom) +
                   " AND c.last_message_at >= ? AND m.created_at >= ? AND m.role = 'assistant' "
                   "AND m.rag_score < 0.5 AND m.is_resolved = ? "
                   "ORDER BY m.created_at DESC, m.id DESC";
      params.insert(params.end(), {p(workspace), p(since), p(since), p(false)});
      append_limit(connection.dialect(), limit, statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        found.push_back({MessageId(row.uuid(0)), std::string(row.text(4)), std::string(row.text(1)),
                         row.real(2), row.time(3)});
        return Status();
      });
    }));
    return found;
  }

  Status resolve(const WorkspaceId& workspace, const MessageId& message) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute(
                          "UPDATE messages SET is_resolved = ? WHERE id = ? AND role = 'assistant' "
                          "AND conversation_id IN (SELECT id FROM conversations "
                          "WHERE workspace_id = ?)",
                          {p(true), p(message), p(workspace)}));
      if (rows == 0) return Status::not_found("message_not_found");
      MONITORA_TRY(forget_figures_of(connection, workspace, message));
      return log_change(connection, workspace, "insights", workspace.to_string(), "updated",
                        clock_.now(), {&message, 1});
    });
  }

  Result<std::vector<Figures>> count(const WorkspaceId& workspace,
                                     std::span<const Time> bounds) override {
    std::vector<Figures> figures;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(figures, count_figures(connection, workspace, bounds));
      return {};
    }));
    return figures;
  }

  Result<People> people(const WorkspaceId& workspace, Time from, Time to) override {
    People people;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(people, count_people(connection, workspace, from, to));
      return {};
    }));
    return people;
  }

  Result<std::int64_t> documents(const WorkspaceId& workspace) override {
    MONITORA_ASSIGN(const auto count,
                    query_one(pool_, "SELECT COUNT(*) FROM documents WHERE workspace_id = ?",
                              {p(workspace)}, [](const Row& row) { return row.integer(0); }));
    return count.value_or(0);
  }

  Result<std::map<Day, Figures>> kept(const WorkspaceId& workspace, const TimeZone& zone, Day from,
                                      Day to) override {
    std::map<Day, Figures> days;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(days, read_kept_figures(connection, workspace, zone.name(), from, to));
      return {};
    }));
    return days;
  }

  Status keep(const WorkspaceId& workspace, const TimeZone& zone,
              const std::map<Day, Figures>& days, Time counted) override {
    // Nodes' clocks differ a little, and what commits late was written a little earlier.
    const Time since = counted - std::chrono::minutes(1);
    return workspace_must_exist(transact_upsert(pool_, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto changed, days_changed_since(connection, workspace, since));
      if (!changed) return {};
      std::map<Day, Figures> sure = days;
      std::erase_if(sure, [&](const auto& day) { return changed->contains(day.first); });
      return write_kept_figures(connection, workspace, zone.name(), sure);
    }));
  }

  Result<std::vector<WorkspaceId>> with_kept_figures() override {
    std::vector<WorkspaceId> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT DISTINCT workspace_id FROM analytics_daily WHERE figures IS NOT NULL", {},
          [&](const Row& row) {
            found.emplace_back(row.uuid(0));
            return Status();
          });
    }));
    return found;
  }

 private:
  Result<InsightMetrics> all_time(Connection& connection, const WorkspaceId& workspace) {
    InsightMetrics metrics;
    const std::string statement = "SELECT " + std::string(kAggregates) + ", " +
                                  std::string(kConversations) + ", " + std::string(kDocuments) +
                                  std::string(kFrom);
    MONITORA_TRY(connection.query(statement, {p(false), p(workspace), p(workspace), p(workspace)},
                                  [&](const Row& row) {
                                    metrics = read_metrics(row);
                                    return Status();
                                  }));
    metrics.calculated_at = clock_.now();
    return metrics;
  }

  static Status keep(Connection& connection, const WorkspaceId& workspace,
                     const InsightMetrics& metrics) {
    const Field key[] = {{"workspace_id", p(workspace)}};
    const Field fields[] = {
        {"satisfaction_rate", p(metrics.satisfaction_rate)},
        {"avg_rag_score", p(metrics.avg_rag_score)},
        {"avg_messages_per_conversation", p(metrics.avg_messages_per_conversation)},
        {"low_confidence_count", p(metrics.low_confidence_count)},
        {"total_conversations", p(metrics.total_conversations)},
        {"total_messages", p(metrics.total_messages)},
        {"calculated_at", p(metrics.calculated_at)}};
    const Field only_new[] = {{"id", p(Uuid::random())}};
    return upsert(connection, "insights_cache", key, fields, only_new);
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<InsightsStore> make_insights_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlInsightsStore>(pool, clock);
}

}  // namespace monitora::storage
