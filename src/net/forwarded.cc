#include "net/forwarded.h"

#include "base/text.h"

namespace monitora::net {
namespace {

// Proxies write addresses bare, in brackets, or with a port.
std::optional<IpAddress> parse_entry(std::string_view entry) {
  entry = trim(entry);
  if (entry.starts_with('[')) {
    const std::size_t close = entry.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    return IpAddress::parse(entry.substr(1, close - 1));
  }
  const std::size_t colon = entry.find(':');
  if (colon != std::string_view::npos && entry.find(':', colon + 1) == std::string_view::npos) {
    entry = entry.substr(0, colon);
  }
  return IpAddress::parse(entry);
}

}  // namespace

IpAddress client_address(const IpAddress& peer, std::string_view x_forwarded_for,
                         const std::vector<Cidr>& trusted_proxies) {
  IpAddress client = peer.unmapped();
  while (any_contains(trusted_proxies, client) && !x_forwarded_for.empty()) {
    const std::size_t comma = x_forwarded_for.rfind(',');
    const bool last = comma == std::string_view::npos;
    const auto entry = parse_entry(last ? x_forwarded_for : x_forwarded_for.substr(comma + 1));
    if (!entry) break;
    client = entry->unmapped();
    x_forwarded_for = last ? std::string_view() : x_forwarded_for.substr(0, comma);
  }
  return client;
}

}  // namespace monitora::net
