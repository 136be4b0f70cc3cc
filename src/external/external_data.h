// ports/external_data.h over the network: guard on the address, a few connections kept for each
// workspace, guard on the statement.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "net/address_guard.h"
#include "ports/external_data.h"

namespace monitora::external {

// `guard`: where to connect at all. `authorities`: a file of certificate authorities; empty: the
// system's. `longest_idle`: after which a connection that nobody uses is closed.
std::unique_ptr<ExternalData> make_external_data(
    net::AddressGuard guard, std::string authorities = {},
    std::chrono::milliseconds longest_idle = std::chrono::seconds(60));

}  // namespace monitora::external
