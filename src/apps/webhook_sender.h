// Webhooks over the network, through the outbound guard.
#pragma once

#include "net/http_client.h"
#include "ports/webhook_sender.h"

namespace monitora::apps {

// Thread-safe. `runtime` outlives it.
class GuardedSender final : public WebhookSender {
 public:
  GuardedSender(net::Runtime& runtime, net::AddressGuard guard)
      : guard_(guard), client_(runtime, std::move(guard)) {}

  Status check(const std::string& url) override;
  Result<int> post(const std::string& url, std::vector<std::pair<std::string, std::string>> headers,
                   std::string body) override;

 private:
  const net::AddressGuard guard_;
  net::HttpClient client_;
};

}  // namespace monitora::apps
