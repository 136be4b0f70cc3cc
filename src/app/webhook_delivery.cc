#include "app/webhook_delivery.h"

#include "base/deadline.h"
#include "base/log.h"

namespace monitora {
namespace {

constexpr std::chrono::seconds kTurn{30};
constexpr std::chrono::seconds kLease{60};  // a turn and its last attempt
constexpr std::chrono::seconds kPause{60};  // of a receiver that cannot be reached

}  // namespace

Status WebhookDeliveries::deliver(const WebhookId& webhook) {
  MONITORA_ASSIGN(const bool taken, parts_.webhooks.take(webhook, kLease));
  if (!taken) return {};
  const Status sent = send_due(webhook);
  MONITORA_TRY(parts_.webhooks.release(webhook));
  return sent;
}

Status WebhookDeliveries::send_due(const WebhookId& webhook) {
  const auto end = std::chrono::steady_clock::now() + kTurn;
  while (std::chrono::steady_clock::now() < end && !Deadline::current().expired()) {
    MONITORA_ASSIGN(const auto due, parts_.webhooks.next_due(webhook));
    if (!due) return {};
    WebhookStore::Outcome outcome =
        attempt_delivery(parts_, due->webhook, due->secrets, due->delivery);
    // Our own stop says nothing about the receiver.
    if (outcome.error == "cancelled") return {};
    if (!outcome.delivered) {
      outcome.retry_in = webhook_retry_after(due->delivery.attempts + 1);
      if (!outcome.response_status) outcome.pause = kPause;
      const auto& since = due->webhook.failing_since;
      outcome.disable = since && *since + kWebhookPatience <= parts_.clock.now();
      if (outcome.disable)
        log::warning("webhook {} is switched off: it has failed for {} days", webhook.to_string(),
                     kWebhookPatience.count());
    }
    MONITORA_TRY(parts_.webhooks.settle(webhook, due->delivery.id, outcome));
  }
  return {};
}

}  // namespace monitora
