#include "storage/secret_rotation.h"

#include <vector>

#include "ports/secret_contexts.h"
#include "storage/query.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Row;

// A column of secrets: the row's id, what the context names, the secret.
struct Column {
  const char* context;
  std::string_view select;
  std::string_view update;
};
constexpr Column kColumns[] = {
    {kExternalDatabaseSecret,
     "SELECT id, workspace_id, db_password_encrypted FROM workspace_databases ORDER BY id",
     "UPDATE workspace_databases SET db_password_encrypted = ? "
     "WHERE id = ? AND db_password_encrypted = ?"},
    {kWebhookSecret, "SELECT id, id AS webhook_id, secret_encrypted FROM webhooks ORDER BY id",
     "UPDATE webhooks SET secret_encrypted = ? WHERE id = ? AND secret_encrypted = ?"},
    {kWebhookSecret,
     "SELECT id, id AS webhook_id, previous_secret_encrypted FROM webhooks "
     "WHERE previous_secret_encrypted IS NOT NULL ORDER BY id",
     "UPDATE webhooks SET previous_secret_encrypted = ? "
     "WHERE id = ? AND previous_secret_encrypted = ?"},
    {kIdentitySecret,
     "SELECT id, id AS workspace_id, identity_secret_encrypted FROM workspaces "
     "WHERE identity_secret_encrypted IS NOT NULL ORDER BY id",
     "UPDATE workspaces SET identity_secret_encrypted = ? "
     "WHERE id = ? AND identity_secret_encrypted = ?"},
    {kIdentitySecret,
     "SELECT id, id AS workspace_id, identity_secret_previous_encrypted FROM workspaces "
     "WHERE identity_secret_previous_encrypted IS NOT NULL ORDER BY id",
     "UPDATE workspaces SET identity_secret_previous_encrypted = ? "
     "WHERE id = ? AND identity_secret_previous_encrypted = ?"}};

struct Secret {
  Uuid id;
  std::string context, sealed;
};

}  // namespace

Result<RotatedSecrets> rotate_secrets(sql::Pool& pool, const Reseal& reseal) {
  RotatedSecrets done;
  for (const Column& column : kColumns) {
    std::vector<Secret> secrets;
    MONITORA_TRY(pool.with(Connection::Mode::read, [&](Connection& connection) {
      secrets.clear();
      return connection.query(column.select, {}, [&](const Row& row) {
        secrets.push_back(
            {row.uuid(0), column.context + row.uuid(1).to_string(), std::string(row.text(2))});
        return Status();
      });
    }));
    for (const Secret& each : secrets) {
      const std::optional<std::string> sealed = reseal(each.sealed, each.context);
      if (!sealed) {
        ++done.unreadable;
      } else if (*sealed == each.sealed) {
        ++done.already;
      } else {
        MONITORA_TRY(pool.transact([&](Connection& connection) {
          return connection.execute(column.update, {p(*sealed), p(each.id), p(each.sealed)})
              .status();
        }));
        ++done.changed;
      }
    }
  }
  return done;
}

}  // namespace monitora::storage
