// ports/external_data.h over the network: guard on the address, a few connections kept for each
// workspace, guard on the statement.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "net/address_guard.h"
#include "ports/external_data.h"

namespace monitora::external {

struct ExternalDataOptions {
  std::string sqlserver_driver;  // of ODBC; empty: the first that is installed
  std::string authorities;       // a file of certificate authorities; empty: the system's
  std::chrono::milliseconds longest_idle = std::chrono::seconds(60);  // of a connection
};

// `guard`: where to connect at all.
std::unique_ptr<ExternalData> make_external_data(net::AddressGuard guard,
                                                 ExternalDataOptions options = {});

}  // namespace monitora::external
