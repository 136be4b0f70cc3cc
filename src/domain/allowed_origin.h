// Which web origins may use a workspace's widget (contract: http.md, "Domains"). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monitora {

// A domain as a person types it ("https://Müller.de/shop", "*.example.com", "localhost:3000") as it
// is stored and compared: host in lower case and punycode (UTS #46), without scheme, path, `*.` or
// final dot, and with a port only where one was typed. Nothing for what is no host name, for a bare
// top-level domain ("com": only `localhost` may have one label) and for an address cut short.
std::optional<std::string> normalize_domain(std::string_view typed);

struct OriginRequest {
  std::string_view origin;          // the Origin header, "" when absent
  std::string_view sec_fetch_site;  // the Sec-Fetch-Site header
  std::string_view own_origin;      // "https://chat.example": where this server was called
};

// `allowed` holds normalised domains.
//  - `example.com` allows https://example.com and its sub-domains, on any port; `example.com:8443`
//    on that port only.
//  - `localhost` (127.0.0.1, [::1] by their own entries) over http too, without sub-domains.
//  - An empty list allows the server's own origin and localhost.
//  - Without an Origin: only with `Sec-Fetch-Site: same-origin`, where the server's own origin is
//    allowed. `null` never.
bool is_origin_allowed(const std::vector<std::string>& allowed, const OriginRequest& request);

// "scheme://host[:port]" in lower case without the scheme's default port, or nothing for anything
// else that is not exactly an http or https origin.
std::optional<std::string> normalize_origin(std::string_view origin);

}  // namespace monitora
