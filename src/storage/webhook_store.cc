#include <algorithm>

#include "storage/account_rows.h"
#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/stores.h"
#include "storage/webhook_outbox.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

constexpr std::string_view kColumns =
    "w.id, w.workspace_id, w.url, w.events, w.is_enabled, w.failing_since, w.disabled_at, "
    "w.created_at";
constexpr int kColumnCount = 8;
constexpr std::string_view kSecretColumns =
    "w.secret_encrypted, w.previous_secret_encrypted, w.previous_expires_at";
constexpr int kSecretColumnCount = 3;
constexpr std::string_view kDeliveryColumns =
    "d.id, d.webhook_id, d.event, d.payload, d.status, d.attempts, d.response_status, "
    "d.last_error, d.due_at, d.created_at, d.finished_at";

Webhook read_webhook(const Row& row) {
  Webhook webhook;
  webhook.id = WebhookId(row.uuid(0));
  webhook.workspace_id = WorkspaceId(row.uuid(1));
  webhook.url = row.text(2);
  webhook.events = read_strings(row.text(3));
  webhook.is_enabled = row.boolean(4);
  webhook.failing_since = optional_time(row, 5);
  webhook.disabled_at = optional_time(row, 6);
  webhook.created_at = row.time(7);
  return webhook;
}

WebhookStore::Secrets read_secrets(const Row& row, int first) {
  return {std::string(row.text(first)), std::string(row.text(first + 1)),
          optional_time(row, first + 2)};
}

WebhookDelivery read_delivery(const Row& row, int first) {
  WebhookDelivery delivery;
  delivery.id = DeliveryId(row.uuid(first));
  delivery.webhook_id = WebhookId(row.uuid(first + 1));
  delivery.event = row.text(first + 2);
  delivery.payload = row.text(first + 3);
  delivery.status = parse_delivery_status(row.text(first + 4)).value_or(DeliveryStatus::failed);
  delivery.attempts = static_cast<int>(row.integer(first + 5));
  if (!row.is_null(first + 6)) delivery.response_status = static_cast<int>(row.integer(first + 6));
  delivery.last_error = row.text(first + 7);
  delivery.due_at = optional_time(row, first + 8);
  delivery.created_at = row.time(first + 9);
  delivery.finished_at = optional_time(row, first + 10);
  return delivery;
}

Status absent() {
  return Status::not_found("webhook_not_found");
}

class SqlWebhookStore final : public WebhookStore {
 public:
  SqlWebhookStore(sql::Pool& pool, const Clock& clock, WebhookOutbox& outbox)
      : pool_(pool), clock_(clock), outbox_(outbox) {}

  Result<std::vector<Webhook>> list(const WorkspaceId& workspace) override {
    std::vector<Webhook> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      const Param params[] = {p(workspace)};
      MONITORA_ASSIGN(found, query_all(connection,
                                       "SELECT " + std::string(kColumns) +
                                           " FROM webhooks w WHERE w.workspace_id = ? "
                                           "ORDER BY w.created_at, w.id",
                                       params, read_webhook));
      return {};
    }));
    return found;
  }

  Result<Webhook> find(const WorkspaceId& workspace, const WebhookId& webhook) override {
    return required(query_one(pool_, kFind, {p(webhook), p(workspace)}, read_webhook), absent());
  }

  Result<Webhook> create(const WorkspaceId& workspace, const Webhook& webhook,
                         const std::string& secret_encrypted) override {
    Webhook made = webhook;
    made.workspace_id = workspace;
    made.created_at = clock_.now();
    const std::string events = strings_json(made.events);
    MONITORA_TRY(workspace_must_exist(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto count,
                      query_one(connection, "SELECT COUNT(*) FROM webhooks WHERE workspace_id = ?",
                                {p(workspace)}, [](const Row& row) { return row.integer(0); }));
      if (count.value_or(0) >= kMost)
        return Status(Code::conflict, "too_many_webhooks",
                      {"Un espace a 20 webhooks au plus.", "A workspace has at most 20 webhooks."});
      return connection
          .execute(
              "INSERT INTO webhooks (id, workspace_id, url, events, is_enabled, secret_encrypted, "
              "created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
              {p(made.id), p(workspace), p(made.url), p(events), p(made.is_enabled),
               p(secret_encrypted), p(made.created_at)})
          .status();
    })));
    MONITORA_TRY(outbox_.refresh(pool_));
    return made;
  }

  Result<Webhook> update(const WorkspaceId& workspace, const WebhookId& webhook,
                         const WebhookChange& change) override {
    std::optional<Webhook> changed;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(Webhook now, required(query_one(connection, kFind, {p(webhook), p(workspace)},
                                                      read_webhook),
                                            absent()));
      if (change.url) now.url = *change.url;
      if (change.events) now.events = *change.events;
      const bool switched = change.is_enabled && *change.is_enabled != now.is_enabled;
      if (switched) {
        now.is_enabled = *change.is_enabled;
        now.failing_since = now.disabled_at = std::nullopt;
      }
      const std::string events = strings_json(now.events);
      MONITORA_TRY(connection.post(
          "UPDATE webhooks SET url = ?, events = ?, is_enabled = ?, failing_since = ?, "
          "disabled_at = ?, paused_until = NULL WHERE id = ? AND workspace_id = ?",
          {p(now.url), p(events), p(now.is_enabled), p(now.failing_since), p(now.disabled_at),
           p(webhook), p(workspace)}));
      if (switched && !now.is_enabled) MONITORA_TRY(give_up(connection, webhook));
      changed = std::move(now);
      return {};
    }));
    MONITORA_TRY(outbox_.refresh(pool_));
    return *std::move(changed);
  }

  Status remove(const WorkspaceId& workspace, const WebhookId& webhook) override {
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute("DELETE FROM webhooks WHERE id = ? AND workspace_id = ?",
                                         {p(webhook), p(workspace)}));
      return rows == 0 ? absent() : Status();
    }));
    return outbox_.refresh(pool_);
  }

  Result<Secrets> secrets(const WorkspaceId& workspace, const WebhookId& webhook) override {
    return required(
        query_one(pool_,
                  "SELECT " + std::string(kSecretColumns) +
                      " FROM webhooks w WHERE w.id = ? AND w.workspace_id = ?",
                  {p(webhook), p(workspace)}, [](const Row& row) { return read_secrets(row, 0); }),
        absent());
  }

  Status set_secret(const WorkspaceId& workspace, const WebhookId& webhook,
                    const std::string& encrypted, Time previous_expires_at) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("UPDATE webhooks SET previous_secret_encrypted = secret_encrypted, "
                             "secret_encrypted = ?, previous_expires_at = ? "
                             "WHERE id = ? AND workspace_id = ?",
                             {p(encrypted), p(previous_expires_at), p(webhook), p(workspace)}));
      return rows == 0 ? absent() : Status();
    });
  }

  Result<Page<WebhookDelivery>> deliveries(const WorkspaceId& workspace, const WebhookId& webhook,
                                           const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_cursor(page.cursor));
    const int size = page_size(page);
    MONITORA_TRY(find(workspace, webhook).status());
    std::vector<WebhookDelivery> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      std::string statement = "SELECT " + std::string(kDeliveryColumns) +
                              " FROM webhook_deliveries d WHERE d.webhook_id = ?";
      std::vector<Param> params{p(webhook)};
      if (after) {
        statement += " AND d.created_at <= ? AND (d.created_at < ? OR d.id < ?)";
        params.insert(params.end(), {p(after->time), p(after->time), p(after->id)});
      }
      statement += " ORDER BY d.created_at DESC, d.id DESC";
      append_limit(connection.dialect(), size + 1, statement, params);
      MONITORA_ASSIGN(found, query_all(connection, statement, params,
                                       [](const Row& row) { return read_delivery(row, 0); }));
      return {};
    }));
    return finish_page(std::move(found), size, [](const WebhookDelivery& last) {
      return write_cursor(Position{last.created_at, last.id.uuid()});
    });
  }

  Status add_delivery(const WorkspaceId& workspace, const WebhookDelivery& delivery) override {
    MONITORA_TRY(find(workspace, delivery.webhook_id).status());
    return pool_.transact([&](Connection& connection) {
      return connection
          .execute(
              "INSERT INTO webhook_deliveries (id, webhook_id, event, payload, status, attempts, "
              "response_status, last_error, created_at, finished_at) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              {p(delivery.id), p(delivery.webhook_id), p(delivery.event), p(delivery.payload),
               p(to_string(delivery.status)), p(delivery.attempts), p(delivery.response_status),
               p_or_null(delivery.last_error), p(delivery.created_at), p(delivery.finished_at)})
          .status();
    });
  }

  Result<bool> take(const WebhookId& webhook, std::chrono::seconds duration) override {
    const Time now = clock_.now();
    bool taken = false;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows,
                      connection.execute("UPDATE webhooks SET leased_until = ? WHERE id = ? AND "
                                         "is_enabled = ? AND "
                                         "(leased_until IS NULL OR leased_until <= ?)",
                                         {p(now + duration), p(webhook), p(true), p(now)}));
      taken = rows == 1;
      if (taken) return {};
      // Who holds it sends this too; unless it has died.
      MONITORA_ASSIGN(
          const auto held,
          query_one(connection,
                    "SELECT leased_until, wakes_at FROM webhooks WHERE id = ? AND is_enabled = ?",
                    {p(webhook), p(true)}, [](const Row& row) {
                      return std::pair(optional_time(row, 0), optional_time(row, 1));
                    }));
      if (!held) return {};
      return wake(connection, webhook, held->first.value_or(now), held->second, now);
    }));
    return taken;
  }

  Result<std::optional<Due>> next_due(const WebhookId& webhook) override {
    const Time now = clock_.now();
    std::optional<Due> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement = "SELECT " + std::string(kColumns) + ", " +
                              std::string(kSecretColumns) + ", " + std::string(kDeliveryColumns) +
                              " FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id "
                              "WHERE d.webhook_id = ? AND d.status = 'pending' AND d.due_at <= ? "
                              "AND w.is_enabled = ? "
                              "AND (w.paused_until IS NULL OR w.paused_until <= ?) "
                              "ORDER BY d.due_at, d.id";
      std::vector<Param> params{p(webhook), p(now), p(true), p(now)};
      append_limit(connection.dialect(), 1, statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        found = Due{read_webhook(row), read_secrets(row, kColumnCount),
                    read_delivery(row, kColumnCount + kSecretColumnCount)};
        return Status();
      });
    }));
    return found;
  }

  Status settle(const WebhookId& webhook, const DeliveryId& delivery,
                const Outcome& outcome) override {
    const Time now = clock_.now();
    const bool again = !outcome.delivered && outcome.retry_in.has_value();
    const auto after = [&](const std::optional<std::chrono::seconds>& wait) {
      return wait ? std::optional(now + *wait) : std::nullopt;
    };
    const DeliveryStatus status = outcome.delivered ? DeliveryStatus::delivered
                                  : again           ? DeliveryStatus::pending
                                                    : DeliveryStatus::failed;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      MONITORA_TRY(connection.post(
          "UPDATE webhook_deliveries SET status = ?, attempts = attempts + 1, "
          "response_status = ?, last_error = ?, due_at = ?, finished_at = ? "
          "WHERE id = ? AND webhook_id = ?",
          {p(to_string(status)), p(outcome.response_status), p_or_null(outcome.error),
           p(again ? after(outcome.retry_in) : std::nullopt),
           p(again ? std::nullopt : std::optional(now)), p(delivery), p(webhook)}));
      if (outcome.delivered)
        return connection.post(
            "UPDATE webhooks SET failing_since = NULL, paused_until = NULL "
            "WHERE id = ? AND failing_since IS NOT NULL",
            {p(webhook)});
      MONITORA_TRY(connection.post(
          "UPDATE webhooks SET failing_since = COALESCE(failing_since, ?), paused_until = ? "
          "WHERE id = ?",
          {p(now), p(after(outcome.pause)), p(webhook)}));
      if (!outcome.disable) return {};
      MONITORA_TRY(
          connection.post("UPDATE webhooks SET is_enabled = ?, disabled_at = ? WHERE id = ?",
                          {p(false), p(now), p(webhook)}));
      return give_up(connection, webhook);
    }));
    return outcome.disable ? outbox_.refresh(pool_) : Status();
  }

  Status release(const WebhookId& webhook) override {
    MONITORA_TRY(pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection
          .execute("UPDATE webhooks SET leased_until = NULL WHERE id = ?", {p(webhook)})
          .status();
    }));
    // Only now: what was written while this webhook was held found it held, and waits for this.
    return pool_.transact([&](Connection& connection) -> Status {
      struct Waiting {
        std::optional<Time> due, paused_until, wakes_at;
      };
      MONITORA_ASSIGN(
          const auto waiting,
          query_one(
              connection,
              "SELECT (SELECT MIN(d.due_at) FROM webhook_deliveries d "
              "WHERE d.webhook_id = w.id AND d.status = 'pending'), "
              "w.paused_until, w.wakes_at FROM webhooks w WHERE w.id = ?",
              {p(webhook)}, [](const Row& row) {
                return Waiting{optional_time(row, 0), optional_time(row, 1), optional_time(row, 2)};
              }));
      if (!waiting || !waiting->due) return {};
      const Time now = clock_.now();
      const Time at = std::max(*waiting->due, waiting->paused_until.value_or(*waiting->due));
      return wake(connection, webhook, at, waiting->wakes_at, now);
    });
  }

  Status remove_finished(Time before) override {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection.execute("DELETE FROM webhook_deliveries WHERE finished_at < ?", {p(before)})
          .status();
    });
  }

 private:
  static constexpr std::string_view kFind =
      "SELECT w.id, w.workspace_id, w.url, w.events, w.is_enabled, w.failing_since, "
      "w.disabled_at, w.created_at FROM webhooks w WHERE w.id = ? AND w.workspace_id = ?";

  // A job for that time, unless there is one already for it, or for an earlier one.
  static Status wake(Connection& connection, const WebhookId& webhook, Time at,
                     const std::optional<Time>& wakes_at, Time now) {
    if (wakes_at && *wakes_at > now && *wakes_at <= at) return {};
    MONITORA_TRY(
        connection.post("UPDATE webhooks SET wakes_at = ? WHERE id = ?", {p(at), p(webhook)}));
    return insert_job(connection, kDeliverWebhook, deliver_webhook_payload(webhook), at, now)
        .status();
  }

  Status give_up(Connection& connection, const WebhookId& webhook) const {
    return connection.post(
        "UPDATE webhook_deliveries SET status = 'failed', last_error = 'webhook_disabled', "
        "due_at = NULL, finished_at = ? WHERE webhook_id = ? AND status = 'pending'",
        {p(clock_.now()), p(webhook)});
  }

  sql::Pool& pool_;
  const Clock& clock_;
  WebhookOutbox& outbox_;
};

}  // namespace

std::unique_ptr<WebhookStore> make_webhook_store(sql::Pool& pool, const Clock& clock,
                                                 WebhookOutbox& outbox) {
  return std::make_unique<SqlWebhookStore>(pool, clock, outbox);
}

}  // namespace monitora::storage
