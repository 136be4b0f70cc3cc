// One POST to a receiver that somebody named: what the network allows, without following redirects.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace monitora {

class WebhookSender {
 public:
  virtual ~WebhookSender() = default;

  // Whether such a URL may be called now: invalid `url` with the reason. Resolves the name; blocks.
  virtual Status check(const std::string& url) = 0;
  // The status of the response, whatever it is. Blocks, 10 s at most and within
  // Deadline::current(); upstream_failed or permission_denied as net/http_client.h says.
  virtual Result<int> post(const std::string& url,
                           std::vector<std::pair<std::string, std::string>> headers,
                           std::string body) = 0;
};

}  // namespace monitora
