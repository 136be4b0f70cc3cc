#include "storage/changes.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

constexpr std::string_view kSelect =
    "SELECT id, description, examples, statement, parameters, is_enabled, created_at, updated_at "
    "FROM prepared_questions WHERE workspace_id = ?";

Status absent() {
  return Status::not_found("question_not_found");
}

PreparedQuestion read(const Row& row) {
  PreparedQuestion question;
  question.id = PreparedQuestionId(row.uuid(0));
  question.description = row.text(1);
  question.examples = read_strings(row.text(2));
  question.sql = row.text(3);
  question.parameters = read_parameters(row.text(4));
  question.is_enabled = row.boolean(5);
  question.created_at = row.time(6);
  question.updated_at = row.time(7);
  return question;
}

class SqlPreparedQuestionStore final : public PreparedQuestionStore {
 public:
  SqlPreparedQuestionStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<std::vector<PreparedQuestion>> list(const WorkspaceId& workspace) override {
    std::vector<PreparedQuestion> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      found.clear();
      return connection.query(std::string(kSelect) + " ORDER BY created_at, id", {p(workspace)},
                              [&](const Row& row) {
                                found.push_back(read(row));
                                return Status();
                              });
    }));
    return found;
  }

  Result<PreparedQuestion> find(const WorkspaceId& workspace,
                                const PreparedQuestionId& id) override {
    return required(
        query_one(pool_, std::string(kSelect) + " AND id = ?", {p(workspace), p(id)}, read),
        absent());
  }

  Status put(const WorkspaceId& workspace, const PreparedQuestion& question) override {
    const std::string examples = strings_json(question.examples);
    const std::string parameters = parameters_json(question.parameters);
    return workspace_must_exist(pool_.transact([&](Connection& connection) -> Status {
      const Time now = clock_.now();
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("UPDATE prepared_questions SET description = ?, examples = ?, "
                             "statement = ?, parameters = ?, is_enabled = ?, updated_at = ? "
                             "WHERE workspace_id = ? AND id = ?",
                             {p(question.description), p(examples), p(question.sql), p(parameters),
                              p(question.is_enabled), p(now), p(workspace), p(question.id)}));
      if (rows == 0)
        MONITORA_TRY(connection.post(
            "INSERT INTO prepared_questions (id, workspace_id, description, examples, statement, "
            "parameters, is_enabled, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            {p(question.id), p(workspace), p(question.description), p(examples), p(question.sql),
             p(parameters), p(question.is_enabled), p(now), p(now)}));
      return log_change(connection, workspace, "database", workspace.to_string(), "updated", now);
    }));
  }

  Status remove(const WorkspaceId& workspace, const PreparedQuestionId& id) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("DELETE FROM prepared_questions WHERE workspace_id = ? AND id = ?",
                             {p(workspace), p(id)}));
      if (rows == 0) return absent();
      return log_change(connection, workspace, "database", workspace.to_string(), "updated",
                        clock_.now());
    });
  }

 private:
  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<PreparedQuestionStore> make_prepared_question_store(sql::Pool& pool,
                                                                    const Clock& clock) {
  return std::make_unique<SqlPreparedQuestionStore>(pool, clock);
}

}  // namespace monitora::storage
