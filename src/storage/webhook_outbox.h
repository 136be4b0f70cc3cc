// What webhooks are told, written by the stores in the transaction that it happens in.
#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "sql/pool.h"

namespace monitora::storage {

// The kind of the job that sends; its payload.
inline constexpr std::string_view kDeliverWebhook = "deliver_webhook";
std::string deliver_webhook_payload(const WebhookId& webhook);

// One for all stores of a process. It knows which workspaces have webhooks, so that the others pay
// nothing for them. Thread-safe.
class WebhookOutbox {
 public:
  // Looks which workspaces have one that is switched on: at the start, now and then (other nodes
  // change them too), and whenever this process changed one.
  Status refresh(sql::Pool& pool);
  bool listens(const WorkspaceId& workspace) const;
  // One delivery, with its job, for each webhook that asked for this event; nothing where
  // listens() says no. `data` is a JSON object.
  Status tell(sql::Connection& connection, const WorkspaceId& workspace, std::string_view event,
              std::string_view data, Time now) const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_set<std::string> workspaces_;
};

}  // namespace monitora::storage
