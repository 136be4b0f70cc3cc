#include <boost/json.hpp>
#include <cstring>

#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/document_rows.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/stores.h"
#include "storage/upsert.h"

namespace monitora::storage {
namespace {

namespace json = boost::json;

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

// {"2026-11-23":4}
std::string daily_json(const std::map<Day, std::int64_t>& daily) {
  json::object days;
  for (const auto& [day, questions] : daily) days[format_day(day)] = questions;
  return json::serialize(days);
}

std::map<Day, std::int64_t> read_daily(std::string_view text) {
  std::map<Day, std::int64_t> daily;
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return daily;
  for (const auto& [key, questions] : value.get_object())
    if (const auto day = parse_day(key); day && questions.is_int64())
      daily[*day] = questions.get_int64();
  return daily;
}

// Little-endian, one after the other.
Bytes members_bytes(const std::vector<std::uint64_t>& members) {
  Bytes bytes(members.size() * sizeof(std::uint64_t));
  if (!bytes.empty()) std::memcpy(bytes.data(), members.data(), bytes.size());
  return bytes;
}

std::vector<std::uint64_t> read_members(BytesView bytes) {
  std::vector<std::uint64_t> members(bytes.size() / sizeof(std::uint64_t));
  if (!members.empty())
    std::memcpy(members.data(), bytes.data(), members.size() * sizeof(std::uint64_t));
  return members;
}

class SqlTopicStore final : public TopicStore {
 public:
  SqlTopicStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<std::vector<Topic>> topics(const WorkspaceId& workspace) override {
    std::vector<Topic> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT id, topic_name, message_count, sample_questions, daily_counts, members "
          "FROM message_topics WHERE workspace_id = ? ORDER BY message_count DESC, topic_name",
          {p(workspace)}, [&](const Row& row) {
            found.push_back({TopicId(row.uuid(0)), std::string(row.text(1)), row.integer(2),
                             read_strings(row.text(3)), read_daily(row.text(4)),
                             read_members(row.bytes(5))});
            return Status();
          });
    }));
    return found;
  }

  Result<std::optional<TopicRun>> last_run(const WorkspaceId& workspace) override {
    return query_one(pool_,
                     "SELECT refreshed_at, fitted, loose FROM topic_runs "
                     "WHERE workspace_id = ?",
                     {p(workspace)}, [](const Row& row) {
                       return TopicRun{row.time(0), row.integer(1), read_members(row.bytes(2))};
                     });
  }

  Status save(const WorkspaceId& workspace, const std::vector<Topic>& topics,
              const TopicRun& run) override {
    return workspace_must_exist(transact_upsert(pool_, [&](Connection& connection) -> Status {
      const Bytes loose = members_bytes(run.loose);
      const Field key[] = {{"workspace_id", p(workspace)}};
      const Field fields[] = {{"refreshed_at", p(run.refreshed_at)},
                              {"fitted", p(run.fitted)},
                              {"loose", p(BytesView(loose))}};
      // First: of two that save at once one waits here for the other.
      MONITORA_TRY(upsert(connection, "topic_runs", key, fields, {}));
      MONITORA_TRY(
          connection.execute("DELETE FROM message_topics WHERE workspace_id = ?", {p(workspace)})
              .status());
      MONITORA_TRY(insert(connection, workspace, topics, run.refreshed_at));
      return log_change(connection, workspace, "insights", workspace.to_string(), "updated",
                        clock_.now());
    }));
  }

  Status questions(const WorkspaceId& workspace, int limit,
                   const std::function<Status(std::string_view, Time)>& each) override {
    return pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement =
          "SELECT m.content, m.created_at FROM conversations c "
          "JOIN messages m ON m.conversation_id = c.id WHERE c.workspace_id = ? "
          "AND c.channel <> 'test' AND c.last_message_at IS NOT NULL AND m.role = 'user' "
          "ORDER BY c.last_message_at DESC, c.id DESC, m.id";
      std::vector<Param> params{p(workspace)};
      append_limit(connection.dialect(), limit, statement, params);
      return connection.query(statement, params,
                              [&](const Row& row) { return each(row.text(0), row.time(1)); });
    });
  }

  Result<std::vector<std::string>> hashes(const WorkspaceId& workspace,
                                          const std::string& model) override {
    std::vector<std::string> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(found, query_all(connection,
                                       "SELECT question_hash FROM question_vectors "
                                       "WHERE workspace_id = ? AND embedding_model = ? "
                                       "ORDER BY question_hash",
                                       std::vector<Param>{p(workspace), p(model)},
                                       [](const Row& row) { return std::string(row.text(0)); }));
      return {};
    }));
    return found;
  }

  Result<std::vector<QuestionVector>> vectors(const WorkspaceId& workspace,
                                              const std::string& model, const std::string& after,
                                              int limit) override {
    std::vector<QuestionVector> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement =
          "SELECT question_hash, embedding FROM question_vectors "
          "WHERE workspace_id = ? AND question_hash > ? AND embedding_model = ? "
          "ORDER BY question_hash";
      std::vector<Param> params{p(workspace), p(after), p(model)};
      append_limit(connection.dialect(), limit, statement, params);
      return connection.query(statement, params, [&](const Row& row) -> Status {
        MONITORA_ASSIGN(Vector vector, read_vector(row.bytes(1)));
        found.push_back({std::string(row.text(0)), std::move(vector)});
        return {};
      });
    }));
    return found;
  }

  Status keep(const WorkspaceId& workspace, const std::string& model,
              const std::vector<QuestionVector>& vectors) override {
    return workspace_must_exist(transact_upsert(pool_, [&](Connection& connection) -> Status {
      for (const QuestionVector& each : vectors)
        MONITORA_TRY(remove(connection, workspace, each.hash));
      constexpr std::string_view kColumns[] = {"workspace_id", "question_hash", "embedding",
                                               "embedding_model"};
      std::size_t next = 0;
      return connection
          .insert_many("question_vectors", kColumns,
                       [&](std::span<Param> row) -> Result<bool> {
                         if (next == vectors.size()) return false;
                         const QuestionVector& each = vectors[next++];
                         row[0] = p(workspace);
                         row[1] = p(each.hash);
                         row[2] = p(vector_bytes(each.vector));
                         row[3] = p(model);
                         return true;
                       })
          .status();
    }));
  }

  Status forget(const WorkspaceId& workspace, const std::string& model,
                const std::vector<std::string>& hashes) override {
    constexpr std::size_t kAtOnce = 500;  // a writer's time
    MONITORA_TRY(pool_.transact([&](Connection& connection) {
      return connection
          .execute("DELETE FROM question_vectors WHERE workspace_id = ? AND embedding_model <> ?",
                   {p(workspace), p(model)})
          .status();
    }));
    for (std::size_t from = 0; from < hashes.size(); from += kAtOnce)
      MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
        for (std::size_t i = from; i < std::min(hashes.size(), from + kAtOnce); ++i)
          MONITORA_TRY(remove(connection, workspace, hashes[i]));
        return {};
      }));
    return {};
  }

  Result<std::vector<WorkspaceId>> outdated() override {
    std::vector<WorkspaceId> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(
          found,
          query_all(connection,
                    "SELECT w.id FROM workspaces w LEFT JOIN topic_runs r ON r.workspace_id = w.id "
                    "WHERE EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = w.id "
                    "AND c.last_message_at IS NOT NULL "
                    "AND (r.refreshed_at IS NULL OR c.last_message_at >= r.refreshed_at)) "
                    "OR EXISTS (SELECT 1 FROM change_log l WHERE l.workspace_id = w.id "
                    "AND l.entity = 'conversation' AND l.operation = 'deleted' "
                    "AND l.at >= r.refreshed_at) ORDER BY w.id",
                    {}, [](const Row& row) { return WorkspaceId(row.uuid(0)); }));
      return {};
    }));
    return found;
  }

 private:
  static Status insert(Connection& connection, const WorkspaceId& workspace,
                       const std::vector<Topic>& topics, Time at) {
    constexpr std::string_view kColumns[] = {
        "id",           "workspace_id", "topic_name",  "message_count", "sample_questions",
        "daily_counts", "members",      "last_updated"};
    std::size_t next = 0;
    std::string samples, daily;
    Bytes members;
    return connection
        .insert_many("message_topics", kColumns,
                     [&](std::span<Param> row) -> Result<bool> {
                       if (next == topics.size()) return false;
                       const Topic& topic = topics[next++];
                       samples = strings_json(topic.sample_questions);
                       daily = daily_json(topic.daily);
                       members = members_bytes(topic.members);
                       row[0] = p(topic.id);
                       row[1] = p(workspace);
                       row[2] = p(topic.name);
                       row[3] = p(topic.message_count);
                       row[4] = p(samples);
                       row[5] = p(daily);
                       row[6] = p(BytesView(members));
                       row[7] = p(at);
                       return true;
                     })
        .status();
  }

  static Status remove(Connection& connection, const WorkspaceId& workspace,
                       const std::string& hash) {
    return connection.post(
        "DELETE FROM question_vectors WHERE workspace_id = ? AND question_hash = ?",
        {p(workspace), p(hash)});
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<TopicStore> make_topic_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlTopicStore>(pool, clock);
}

}  // namespace monitora::storage
