// ports/external_data.h over the network: guard on the address, a few connections kept for each
// workspace, guard on the statement.
#pragma once

#include <memory>
#include <string>

#include "net/address_guard.h"
#include "ports/external_data.h"

namespace monitora::external {

// `guard`: where to connect at all. `authorities`: a file of certificate authorities; empty: the
// system's.
std::unique_ptr<ExternalData> make_external_data(net::AddressGuard guard,
                                                 std::string authorities = {});

}  // namespace monitora::external
