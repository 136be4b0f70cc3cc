// Which addresses this server may be made to connect to (SSRF guard).
//
// A host that somebody configures (a customer's database, a webhook, a model's endpoint) is
// resolved once, every address it has is checked, and the connection goes to a checked address: a
// name that resolves differently the next moment (DNS rebinding) gains nothing.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "net/ip_address.h"

namespace monitora::net {

// Whether an address is on the public internet: not loopback, private, shared (CGNAT), link-local
// (cloud metadata), multicast, documentation, benchmarking, reserved or unspecified, and no IPv6
// address that stands for such an IPv4 one (mapped, compatible, 6to4, NAT64, Teredo, ISATAP).
// After the IANA special-purpose address registries (RFC 6890 and its updates).
bool is_public(const IpAddress& address);

// Immutable; thread-safe.
class AddressGuard {
 public:
  // Addresses of a host name, by getaddrinfo; blocking. upstream_failed `host_not_found`.
  using Resolve = std::function<Result<std::vector<IpAddress>>(const std::string& host)>;
  static Result<std::vector<IpAddress>> system_resolve(const std::string& host);

  // `allowed`: ALLOWED_PRIVATE_HOSTS, host names (without case, exactly), addresses and CIDR
  // ranges, separated by commas. invalid_argument names the entry that is none of these.
  static Result<AddressGuard> parse(std::string_view allowed, Resolve resolve = system_resolve);
  // For what the operator configured: everything is allowed.
  static AddressGuard trusting(Resolve resolve = system_resolve);

  // The addresses of `host` (a name or a literal, brackets allowed), all of them permitted; never
  // empty. Blocking. permission_denied `address_not_allowed` if any is not; upstream_failed
  // `host_not_found`.
  Result<std::vector<IpAddress>> resolve(const std::string& host) const;
  bool allows(const IpAddress& address) const;

 private:
  bool trusting_ = false;
  std::vector<std::string> names_;
  std::vector<Cidr> ranges_;
  Resolve resolve_;
};

}  // namespace monitora::net
