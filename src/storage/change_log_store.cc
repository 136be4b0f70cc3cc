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
    std::vector<Change> changes;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement =
          "SELECT sequence, workspace_id, entity, entity_id, operation, at FROM change_log "
          "WHERE sequence > ? ORDER BY sequence";
      std::vector<sql::Param> params{p(sequence)};
      append_limit(connection.dialect(), limit, statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        changes.push_back({row.integer(0), WorkspaceId(row.uuid(1)), std::string(row.text(2)),
                           std::string(row.text(3)), std::string(row.text(4)), row.time(5)});
        return Status();
      });
    }));
    return changes;
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
  sql::Pool& pool_;
};

}  // namespace

std::unique_ptr<ChangeLog> make_change_log(sql::Pool& pool) {
  return std::make_unique<SqlChangeLog>(pool);
}

}  // namespace monitora::storage
