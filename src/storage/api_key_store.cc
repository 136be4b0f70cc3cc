#include "base/log.h"
#include "storage/account_rows.h"
#include "storage/changes.h"
#include "storage/query.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

constexpr std::chrono::minutes kBetweenUses{1};  // that last_used_at tells apart

constexpr std::string_view kColumns =
    "k.id, k.workspace_id, k.name, k.key_prefix, k.created_at, k.last_used_at, k.expires_at";

ApiKey read_key(const Row& row) {
  ApiKey key;
  key.id = ApiKeyId(row.uuid(0));
  key.workspace_id = WorkspaceId(row.uuid(1));
  key.name = row.text(2);
  key.prefix = row.text(3);
  key.created_at = row.time(4);
  key.last_used_at = optional_time(row, 5);
  key.expires_at = optional_time(row, 6);
  return key;
}

class SqlApiKeyStore final : public ApiKeyStore {
 public:
  SqlApiKeyStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<std::vector<ApiKey>> list(const WorkspaceId& workspace) override {
    std::vector<ApiKey> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT " + std::string(kColumns) +
              " FROM api_keys k WHERE k.workspace_id = ? AND k.revoked_at IS NULL "
              "ORDER BY k.created_at, k.id",
          {p(workspace)}, [&](const Row& row) {
            found.push_back(read_key(row));
            return Status();
          });
    }));
    return found;
  }

  Result<ApiKey> create(const WorkspaceId& workspace, const std::string& name,
                        const std::string& prefix, const std::string& key_hash,
                        std::optional<Time> expires_at) override {
    const ApiKey key{ApiKeyId::random(), workspace,    name,      prefix,
                     clock_.now(),       std::nullopt, expires_at};
    MONITORA_TRY(workspace_must_exist(pool_.transact([&](Connection& connection) {
      return connection
          .execute(
              "INSERT INTO api_keys (id, workspace_id, name, key_prefix, key_hash, created_at, "
              "expires_at) "
              "VALUES (?, ?, ?, ?, ?, ?, ?)",
              {p(key.id), p(workspace), p(name), p(prefix), p(key_hash), p(key.created_at),
               p(expires_at)})
          .status();
    })));
    return key;
  }

  Status revoke(const WorkspaceId& workspace, const ApiKeyId& key) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute("UPDATE api_keys SET revoked_at = ? "
                                         "WHERE id = ? AND workspace_id = ? AND revoked_at IS NULL",
                                         {p(clock_.now()), p(key), p(workspace)}));
      if (rows == 0) return Status::not_found("api_key_not_found");
      return log_change(connection, workspace, "api_key", key.to_string(), "deleted", clock_.now());
    });
  }

  Result<std::optional<ApiKey>> find(const std::string& key_hash) override {
    const Time now = clock_.now();
    MONITORA_ASSIGN(std::optional<ApiKey> found,
                    query_one(pool_,
                              "SELECT " + std::string(kColumns) +
                                  " FROM api_keys k WHERE k.key_hash = ? AND k.revoked_at IS NULL "
                                  "AND (k.expires_at IS NULL OR k.expires_at > ?)",
                              {p(key_hash), p(now)}, read_key));
    if (found && (!found->last_used_at || *found->last_used_at + kBetweenUses <= now)) {
      found->last_used_at = now;
      // A key works even while its use cannot be written down.
      if (const Status status = write_use(*found, now); !status.ok())
        log::warning("last use of an API key not recorded: {}", status.to_string());
    }
    return found;
  }

 private:
  // Of requests at the same moment, one writes.
  Status write_use(const ApiKey& key, Time now) {
    return pool_.transact([&](Connection& connection) {
      return connection
          .execute(
              "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND workspace_id = ? "
              "AND (last_used_at IS NULL OR last_used_at <= ?)",
              {p(now), p(key.id), p(key.workspace_id), p(now - kBetweenUses)})
          .status();
    });
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<ApiKeyStore> make_api_key_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlApiKeyStore>(pool, clock);
}

}  // namespace monitora::storage
