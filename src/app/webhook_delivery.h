// The job that sends what waits for one webhook.
#pragma once

#include <string>

#include "app/webhooks.h"

namespace monitora {

// Thread-safe. The parts outlive it.
//
// One sender a webhook at a time, over all nodes, for half a minute at most before others have
// their turn; a receiver that does not answer is left alone for a minute. So a slow receiver holds
// one thread for ten seconds a minute, however much there is to tell it.
class WebhookDeliveries {
 public:
  explicit WebhookDeliveries(WebhookParts parts) : parts_(parts) {}
  // Sends what is due. ok when there is nothing, or another sender is at it.
  Status deliver(const WebhookId& webhook);

 private:
  Status send_due(const WebhookId& webhook);
  WebhookParts parts_;
};

}  // namespace monitora
