// Who the client is when proxies stand in between.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/ip_address.h"

namespace monitora::net {

// The client's address: the peer's own unless the peer is one of `trusted_proxies`; then the
// rightmost entry of X-Forwarded-For (all its lines joined by commas) that is no trusted proxy
// itself. Reading stops at an entry that is no address: the last good one on the right is used.
IpAddress client_address(const IpAddress& peer, std::string_view x_forwarded_for,
                         const std::vector<Cidr>& trusted_proxies);

}  // namespace monitora::net
