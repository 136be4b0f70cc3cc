// A workspace's webhooks, as its admins manage them.
#pragma once

#include <string>
#include <vector>

#include "app/actor.h"
#include "ports/security.h"
#include "ports/webhook_sender.h"
#include "ports/webhook_store.h"

namespace monitora {

struct WebhookParts {
  WebhookStore& webhooks;
  SecretBox& secrets;
  WebhookSender& sender;
  AuditLog& audit;
  const Clock& clock;
};

// Thread-safe. The parts outlive it.
class Webhooks {
 public:
  static constexpr std::chrono::hours kOldSecretSigns{24};

  explicit Webhooks(WebhookParts parts) : parts_(parts) {}

  Result<std::vector<Webhook>> list(const WorkspaceId& workspace) {
    return parts_.webhooks.list(workspace);
  }
  Result<Webhook> find(const WorkspaceId& workspace, const WebhookId& webhook) {
    return parts_.webhooks.find(workspace, webhook);
  }
  struct Made {
    Webhook webhook;
    std::string secret;  // "whsec_…": shown this once
  };
  // invalid `url` or `events`; conflict `too_many_webhooks`.
  Result<Made> create(const Actor& actor, const WorkspaceId& workspace, const std::string& url,
                      const std::vector<std::string>& events);
  Result<Webhook> update(const Actor& actor, const WorkspaceId& workspace, const WebhookId& webhook,
                         const WebhookChange& change);
  Status remove(const Actor& actor, const WorkspaceId& workspace, const WebhookId& webhook);

  struct Secret {
    std::string secret;
    Time previous_expires_at;  // the older one signs along until then
  };
  Result<Secret> rotate_secret(const Actor& actor, const WorkspaceId& workspace,
                               const WebhookId& webhook);
  // Sends a `webhook.test` now, whether or not the webhook is on; kept among its deliveries.
  Result<WebhookDelivery> test(const WorkspaceId& workspace, const WebhookId& webhook);
  Result<Page<WebhookDelivery>> deliveries(const WorkspaceId& workspace, const WebhookId& webhook,
                                           const PageRequest& page) {
    return parts_.webhooks.deliveries(workspace, webhook, page);
  }

 private:
  WebhookParts parts_;
};

// One attempt to deliver: what came of it, without what follows from that.
WebhookStore::Outcome attempt_delivery(const WebhookParts& parts, const Webhook& webhook,
                                       const WebhookStore::Secrets& secrets,
                                       const WebhookDelivery& delivery);

}  // namespace monitora
