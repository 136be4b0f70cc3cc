#include "storage/account_rows.h"
#include "storage/changes.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/stores.h"
#include "storage/upsert.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

constexpr std::string_view kFind =
    "SELECT db_type, db_host, db_port, db_name, db_user, schema_type, allowed_tables, is_enabled, "
    "last_test_status, last_test_at, db_password_encrypted, order_tracking, descriptions, "
    "sample_rows FROM "
    "workspace_databases "
    "WHERE workspace_id = ? ORDER BY created_at, id";

ExternalDatabaseStore::Stored read(const Row& row) {
  ExternalDatabaseStore::Stored stored;
  ExternalDatabase& database = stored.database;
  database.engine = parse_external_engine(row.text(0)).value_or(ExternalEngine::sqlserver);
  database.host = row.text(1);
  database.port = row.is_null(2) ? default_port(database.engine) : static_cast<int>(row.integer(2));
  database.name = row.text(3);
  database.user = row.text(4);
  if (!row.is_null(5)) database.schema_type = row.text(5);
  database.allowed_tables = read_strings(row.text(6));
  database.is_enabled = row.is_null(7) || row.boolean(7);
  database.last_test_status = row.text(8);
  database.last_test_at = optional_time(row, 9);
  stored.password_encrypted = row.text(10);
  stored.order_tracking = row.text(11);
  database.descriptions = read_texts(row.text(12));
  database.sample_rows = row.boolean(13);
  return stored;
}

class SqlExternalDatabaseStore final : public ExternalDatabaseStore {
 public:
  SqlExternalDatabaseStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  // An installation that was migrated may have several rows of a workspace: the oldest counts.
  Result<std::optional<Stored>> find(const WorkspaceId& workspace) override {
    std::optional<Stored> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      found.reset();
      return connection.query(kFind, {p(workspace)}, [&](const Row& row) {
        if (!found) found = read(row);
        return Status();
      });
    }));
    return found;
  }

  Result<bool> any_enabled() override {
    bool any = false;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT COUNT(*) AS enabled FROM workspace_databases WHERE is_enabled = ?", {p(true)},
          [&](const Row& row) {
            any = row.integer(0) > 0;
            return Status();
          });
    }));
    return any;
  }

  Status put(const WorkspaceId& workspace, const ExternalDatabase& database,
             const std::string& password_encrypted) override {
    const std::string allowed = strings_json(database.allowed_tables);
    const std::string descriptions = texts_json(database.descriptions);
    const Time now = clock_.now();
    const Uuid id = Uuid::random();
    const Field key[] = {{"workspace_id", p(workspace)}};
    const Field fields[] = {{"db_type", p(to_string(database.engine))},
                            {"db_host", p(database.host)},
                            {"db_port", p(database.port)},
                            {"db_name", p(database.name)},
                            {"db_user", p(database.user)},
                            {"db_password_encrypted", p(password_encrypted)},
                            {"schema_type", p(database.schema_type)},
                            {"allowed_tables", p(allowed)},
                            {"descriptions", p(descriptions)},
                            {"sample_rows", p(database.sample_rows)},
                            {"is_enabled", p(database.is_enabled)},
                            {"last_test_status", p_or_null(database.last_test_status)},
                            {"last_test_at", p(database.last_test_at)}};
    const Field only_new[] = {{"id", p(id)}, {"created_at", p(now)}, {"updated_at", p(now)}};
    return workspace_must_exist(transact_upsert(pool_, [&](Connection& connection) -> Status {
      MONITORA_TRY(upsert(connection, "workspace_databases", key, fields, only_new));
      return changed(connection, workspace);
    }));
  }

  Status remove(const WorkspaceId& workspace) override {
    std::int64_t removed = 0;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(removed,
                      connection.execute("DELETE FROM workspace_databases WHERE workspace_id = ?",
                                         {p(workspace)}));
      return removed > 0 ? changed(connection, workspace) : Status();
    }));
    return removed > 0 ? Status() : Status::not_found("database_not_configured");
  }

  Status set_order_tracking(const WorkspaceId& workspace, const std::string& mapping) override {
    std::int64_t found = 0;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(found, connection.execute("UPDATE workspace_databases SET order_tracking = ? "
                                                "WHERE workspace_id = ?",
                                                {p_or_null(mapping), p(workspace)}));
      return found > 0 ? changed(connection, workspace) : Status();
    }));
    return found > 0 ? Status() : Status::not_found("database_not_configured");
  }

  Status set_test(const WorkspaceId& workspace, const std::string& status, Time at) override {
    return pool_.transact([&](Connection& connection) {
      return connection
          .execute(
              "UPDATE workspace_databases SET last_test_status = ?, last_test_at = ? "
              "WHERE workspace_id = ?",
              {p(status), p(at), p(workspace)})
          .status();
    });
  }

 private:
  Status changed(Connection& connection, const WorkspaceId& workspace) {
    return log_change(connection, workspace, "database", workspace.to_string(), "updated",
                      clock_.now());
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<ExternalDatabaseStore> make_external_database_store(sql::Pool& pool,
                                                                    const Clock& clock) {
  return std::make_unique<SqlExternalDatabaseStore>(pool, clock);
}

}  // namespace monitora::storage
