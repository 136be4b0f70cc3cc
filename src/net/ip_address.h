// IP addresses and ranges, without a socket library in sight. Values; thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace monitora::net {

class IpAddress {
 public:
  IpAddress() = default;  // ::
  // "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; no zone, port or brackets.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);

  bool is_v4() const { return v4_; }
  // Four bytes for IPv4 (the first of the array), sixteen for IPv6.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  // An IPv4-mapped IPv6 address (::ffff:a.b.c.d) as the IPv4 address it is; any other unchanged.
  IpAddress unmapped() const;
  std::string to_string() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  bool v4_ = false;
  std::array<std::uint8_t, 16> bytes_{};
};

// A range in CIDR form (RFC 4632, RFC 4291): "10.0.0.0/8", "fd00::/8"; a bare address is itself
// alone.
class Cidr {
 public:
  static std::optional<Cidr> parse(std::string_view text);
  // False for the other family; an IPv4-mapped address counts as IPv4.
  bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  int bits_ = 0;
};

bool any_contains(const std::vector<Cidr>& ranges, const IpAddress& address);

}  // namespace monitora::net
