#include "net/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace monitora::net {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  if (std::strlen(buffer) != text.size()) return std::nullopt;  // a NUL inside
  std::array<std::uint8_t, 4> four;
  if (inet_pton(AF_INET, buffer, four.data()) == 1) return v4(four);
  std::array<std::uint8_t, 16> sixteen;
  if (inet_pton(AF_INET6, buffer, sixteen.data()) == 1) return v6(sixteen);
  return std::nullopt;
}

IpAddress IpAddress::v4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  address.v4_ = true;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

IpAddress IpAddress::unmapped() const {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                                           0, 0, 0, 0, 0xff, 0xff};
  if (v4_ || !std::equal(kMapped.begin(), kMapped.end(), bytes_.begin())) return *this;
  return v4({bytes_[12], bytes_[13], bytes_[14], bytes_[15]});
}

std::string IpAddress::to_string() const {
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
  return buffer;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const int most = base->is_v4() ? 32 : 128;
  Cidr range;
  range.base_ = *base;
  range.bits_ = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), range.bits_);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (range.bits_ < 0 || range.bits_ > most) return std::nullopt;
  }
  return range;
}

bool Cidr::contains(const IpAddress& given) const {
  const IpAddress address = base_.is_v4() ? given.unmapped() : given;
  if (address.is_v4() != base_.is_v4()) return false;
  const auto whole = static_cast<std::size_t>(bits_ / 8);
  if (!std::equal(base_.bytes().begin(), base_.bytes().begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes().begin())) {
    return false;
  }
  const int rest = bits_ % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (base_.bytes()[whole] & mask) == (address.bytes()[whole] & mask);
}

bool any_contains(const std::vector<Cidr>& ranges, const IpAddress& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Cidr& range) { return range.contains(address); });
}

}  // namespace monitora::net
