#include "net/address_guard.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "base/text.h"

namespace monitora::net {
namespace {

std::vector<Cidr> ranges(std::initializer_list<const char*> texts) {
  std::vector<Cidr> parsed;
  for (const char* text : texts) parsed.push_back(*Cidr::parse(text));
  return parsed;
}

// IANA IPv4 Special-Purpose Address Registry, multicast and class E.
const std::vector<Cidr>& special_v4() {
  static const auto kRanges =
      ranges({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
              "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
              "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"});
  return kRanges;
}

// IPv6: only global unicast (2000::/3) can be public, without its special blocks: IETF protocol
// assignments (Teredo, ORCHID, benchmarking), documentation, 6to4 (judged by the IPv4 inside).
const std::vector<Cidr>& special_v6() {
  static const auto kRanges = ranges({"2001::/23", "2001:db8::/32", "3fff::/20"});
  return kRanges;
}

IpAddress v4_at(const IpAddress& address, std::size_t offset) {
  const auto& bytes = address.bytes();
  return IpAddress::v4({bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]});
}

Status not_allowed(std::string detail) {
  return Status(Code::permission_denied, "address_not_allowed",
                {"Cette adresse n'est pas joignable depuis ce serveur : elle est privée ou "
                 "réservée. L'administrateur "
                 "peut l'autoriser avec ALLOWED_PRIVATE_HOSTS.",
                 "This address cannot be reached from this server: it is private or reserved. The "
                 "administrator can "
                 "allow it with ALLOWED_PRIVATE_HOSTS."},
                std::move(detail));
}

std::string canonical_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
  return lower(host);
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c >= 0x80;
  });
}

}  // namespace

bool is_public(const IpAddress& given) {
  static const Cidr kGlobal = *Cidr::parse("2000::/3");
  static const Cidr k6to4 = *Cidr::parse("2002::/16");
  static const Cidr kNat64 = *Cidr::parse("64:ff9b::/96");
  const IpAddress address = given.unmapped();
  if (address.is_v4()) return !any_contains(special_v4(), address);
  if (kNat64.contains(address)) return is_public(v4_at(address, 12));
  if (!kGlobal.contains(address) || any_contains(special_v6(), address)) return false;
  if (k6to4.contains(address)) return is_public(v4_at(address, 2));
  // ISATAP (RFC 5214): an interface id of 0000:5efe or 0200:5efe and an IPv4 address.
  const auto& bytes = address.bytes();
  if ((bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe) {
    return is_public(v4_at(address, 12));
  }
  return true;
}

Result<std::vector<IpAddress>> AddressGuard::system_resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(error == 0 ? found : nullptr,
                                                            freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const addrinfo* entry = list.get(); entry; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      std::array<std::uint8_t, 4> bytes;
      std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(entry->ai_addr)->sin_addr,
                  bytes.size());
      addresses.push_back(IpAddress::v4(bytes));
    } else if (entry->ai_family == AF_INET6) {
      std::array<std::uint8_t, 16> bytes;
      std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(entry->ai_addr)->sin6_addr,
                  bytes.size());
      addresses.push_back(IpAddress::v6(bytes));
    }
  }
  if (addresses.empty()) {
    return Status(
        Code::upstream_failed, "host_not_found",
        {"Le nom « " + host + " » est introuvable.", "The name \"" + host + "\" cannot be found."},
        gai_strerror(error));
  }
  return addresses;
}

Result<AddressGuard> AddressGuard::parse(std::string_view allowed, Resolve resolve) {
  AddressGuard guard;
  guard.resolve_ = std::move(resolve);
  for (std::string_view entry : split(allowed, ',')) {
    entry = trim(entry);
    if (entry.empty()) continue;
    const std::string host = canonical_host(entry);
    if (const auto range = Cidr::parse(host)) {
      guard.ranges_.push_back(*range);
    } else if (is_host_name(host)) {
      guard.names_.push_back(host);
    } else {
      return Status::invalid(
          "ALLOWED_PRIVATE_HOSTS",
          {"« " + std::string(entry) + " » n'est ni un nom, ni une adresse, ni une plage CIDR.",
           "\"" + std::string(entry) + "\" is neither a name, an address nor a CIDR range."});
    }
  }
  return guard;
}

AddressGuard AddressGuard::trusting(Resolve resolve) {
  AddressGuard guard;
  guard.trusting_ = true;
  guard.resolve_ = std::move(resolve);
  return guard;
}

bool AddressGuard::allows(const IpAddress& address) const {
  return trusting_ || is_public(address) || any_contains(ranges_, address);
}

Result<std::vector<IpAddress>> AddressGuard::resolve(const std::string& given) const {
  const std::string host = canonical_host(given);
  std::vector<IpAddress> addresses;
  if (const auto literal = IpAddress::parse(host)) {
    addresses.push_back(*literal);
  } else {
    // Also keeps getaddrinfo from reading "127.1", "0x7f.1" and other old spellings unchecked: what
    // comes out of it is checked all the same.
    if (!is_host_name(host)) return not_allowed("host name: " + host);
    MONITORA_ASSIGN(addresses, resolve_(host));
  }
  const bool named = std::ranges::find(names_, host) != names_.end();
  for (const IpAddress& address : addresses) {
    if (!named && !allows(address)) return not_allowed(host + " is " + address.to_string());
  }
  return addresses;
}

}  // namespace monitora::net
