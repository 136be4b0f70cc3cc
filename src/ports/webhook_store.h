// Webhooks, their secrets and what they were told. Deliveries are written by the stores whose
// changes they tell, in the same transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/webhook.h"
#include "ports/stores.h"

namespace monitora {

class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  struct Secrets {
    std::string current_encrypted;
    std::string previous_encrypted;  // "" when there was none
    std::optional<Time> previous_expires_at;
  };

  static constexpr int kMost = 20;  // of one workspace

  // By creation.
  virtual Result<std::vector<Webhook>> list(const WorkspaceId& workspace) = 0;
  virtual Result<Webhook> find(const WorkspaceId& workspace, const WebhookId& webhook) = 0;
  // The id is the caller's: the secret is sealed for it. conflict `too_many_webhooks`.
  virtual Result<Webhook> create(const WorkspaceId& workspace, const Webhook& webhook,
                                 const std::string& secret_encrypted) = 0;
  // Switching on forgets earlier failures; switching off gives up what waits.
  virtual Result<Webhook> update(const WorkspaceId& workspace, const WebhookId& webhook,
                                 const WebhookChange& change) = 0;
  virtual Status remove(const WorkspaceId& workspace, const WebhookId& webhook) = 0;
  virtual Result<Secrets> secrets(const WorkspaceId& workspace, const WebhookId& webhook) = 0;
  virtual Status set_secret(const WorkspaceId& workspace, const WebhookId& webhook,
                            const std::string& encrypted, Time previous_expires_at) = 0;
  // Latest first.
  virtual Result<Page<WebhookDelivery>> deliveries(const WorkspaceId& workspace,
                                                   const WebhookId& webhook,
                                                   const PageRequest& page) = 0;
  // One that was sent at once, with its outcome.
  virtual Status add_delivery(const WorkspaceId& workspace, const WebhookDelivery& delivery) = 0;

  // The sender's side. The id comes from a job, not from a person.

  // Whether the caller may send for this webhook now, alone, until `duration` has passed.
  virtual Result<bool> take(const WebhookId& webhook, std::chrono::seconds duration) = 0;
  struct Due {
    Webhook webhook;
    Secrets secrets;
    WebhookDelivery delivery;
  };
  // The longest due delivery; nothing while the webhook is off or paused.
  virtual Result<std::optional<Due>> next_due(const WebhookId& webhook) = 0;
  struct Outcome {
    bool delivered = false;
    std::optional<int> response_status;
    std::string error;                             // a key
    std::optional<std::chrono::seconds> retry_in;  // after a failure; nothing: it has failed
    std::optional<std::chrono::seconds> pause;     // nothing of this webhook before
    bool disable = false;                          // and give up what waits
  };
  virtual Status settle(const WebhookId& webhook, const DeliveryId& delivery,
                        const Outcome& outcome) = 0;
  // Others may take it. A `deliver_webhook` job is queued for when there is something to send.
  virtual Status release(const WebhookId& webhook) = 0;
  virtual Status remove_finished(Time before) = 0;
};

}  // namespace monitora
