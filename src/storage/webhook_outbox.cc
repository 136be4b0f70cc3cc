#include "storage/webhook_outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "domain/webhook.h"
#include "storage/changes.h"
#include "storage/json.h"
#include "storage/query.h"

namespace monitora::storage {

using sql::p;

std::string deliver_webhook_payload(const WebhookId& webhook) {
  return fmt::format(R"({{"webhook_id":"{}"}})", webhook.to_string());
}

Status WebhookOutbox::refresh(sql::Pool& pool) {
  std::unordered_set<std::string> found;
  MONITORA_TRY(pool.with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query("SELECT DISTINCT workspace_id FROM webhooks WHERE is_enabled = ?",
                            {p(true)}, [&](const sql::Row& row) {
                              found.insert(row.uuid(0).to_string());
                              return Status();
                            });
  }));
  const std::unique_lock lock(mutex_);
  workspaces_ = std::move(found);
  return {};
}

bool WebhookOutbox::listens(const WorkspaceId& workspace) const {
  const std::shared_lock lock(mutex_);
  return !workspaces_.empty() && workspaces_.contains(workspace.to_string());
}

Status WebhookOutbox::tell(sql::Connection& connection, const WorkspaceId& workspace,
                           std::string_view event, std::string_view data, Time now) const {
  if (!listens(workspace)) return {};
  std::string statement =
      "SELECT id, events FROM webhooks WHERE workspace_id = ? AND is_enabled = ? ORDER BY id";
  // None is deleted between here and the commit: what is told would refer to nothing.
  if (connection.dialect().database() == sql::Database::postgres) statement += " FOR KEY SHARE";
  const sql::Param params[] = {p(workspace), p(true)};
  MONITORA_ASSIGN(const auto webhooks,
                  query_all(connection, statement, params, [](const sql::Row& row) {
                    return std::pair(WebhookId(row.uuid(0)), read_strings(row.text(1)));
                  }));
  for (const auto& [webhook, events] : webhooks) {
    if (std::ranges::find(events, event) == events.end()) continue;
    const DeliveryId id = DeliveryId::random();
    const std::string payload = webhook_payload(id, workspace, event, data, now);
    MONITORA_TRY(connection.post(
        "INSERT INTO webhook_deliveries (id, webhook_id, event, payload, status, attempts, due_at, "
        "created_at) VALUES (?, ?, ?, ?, 'pending', 0, ?, ?)",
        {p(id), p(webhook), p(event), p(payload), p(now), p(now)}));
    MONITORA_TRY(insert_job(connection, kDeliverWebhook, deliver_webhook_payload(webhook), now, now)
                     .status());
  }
  return {};
}

}  // namespace monitora::storage
