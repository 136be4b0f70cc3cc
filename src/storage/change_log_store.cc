#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

class SqlChangeLog final : public ChangeLog {
 public:
  explicit SqlChangeLog(sql::Pool& pool) : pool_(pool) {}

  Result<std::int64_t> latest() override {
    std::int64_t latest = 0;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query("SELECT MAX(sequence) FROM change_log", {}, [&](const Row& row) {
        latest = row.integer(0);
        return Status();
      });
    }));
    return latest;
  }

  Result<std::vector<Change>> since(std::int64_t sequence, int limit) override {
    return read("", {p(sequence)}, limit);
  }

  Result<std::vector<Change>> of_workspace(const WorkspaceId& workspace, std::int64_t sequence,
                                           int limit) override {
    return read(" AND workspace_id = ?", {p(sequence), p(workspace)}, limit);
  }

  Status prune(Time before) override {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection
          .execute(
              "DELETE FROM change_log WHERE at < ? AND (entity <> 'document' OR "
              "operation NOT IN ('indexed', 'deleted') OR EXISTS (SELECT 1 FROM change_log later "
              "WHERE later.workspace_id = change_log.workspace_id AND later.entity = 'document' "
              "AND later.operation IN ('indexed', 'deleted') "
              "AND later.sequence > change_log.sequence))",
              {p(before)})
          .status();
    });
  }

 private:
  Result<std::vector<Change>> read(std::string_view more, std::vector<sql::Param> params,
                                   int limit) {
    std::vector<Change> changes;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement =
          "SELECT sequence, workspace_id, entity, entity_id, operation, at, message_ids "
          "FROM change_log WHERE sequence > ?" +
          std::string(more) + " ORDER BY sequence";
      append_limit(connection.dialect(), limit, statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        changes.push_back({row.integer(0), WorkspaceId(row.uuid(1)), std::string(row.text(2)),
                           std::string(row.text(3)), std::string(row.text(4)), row.time(5),
                           read_message_ids(row.text(6))});
        return Status();
      });
    }));
    return changes;
  }

  sql::Pool& pool_;
};

}  // namespace

std::unique_ptr<ChangeLog> make_change_log(sql::Pool& pool) {
  return std::make_unique<SqlChangeLog>(pool);
}

}  // namespace monitora::storage
