// Small cryptographic helpers over OpenSSL. All thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace monitora {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Fills from the system's secure generator; a machine without one cannot run this program (aborts).
void random_bytes(std::span<std::uint8_t> out);
// `bytes` random bytes as URL-safe base64 without padding.
std::string random_token(std::size_t bytes);

std::array<std::uint8_t, 32> sha256(BytesView data);
std::string sha256_hex(std::string_view data);
std::array<std::uint8_t, 32> hmac_sha256(BytesView key, BytesView data);

std::string hex(BytesView data);
std::optional<Bytes> from_hex(std::string_view text);
// RFC 4648 section 4, padded; decoding refuses anything else.
std::string base64(BytesView data);
std::optional<Bytes> from_base64(std::string_view text);
// RFC 4648 section 5, without padding.
std::string base64url(BytesView data);
std::optional<Bytes> from_base64url(std::string_view text);

// Takes the same time wherever the two differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// SHA-256 of data that comes in parts. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(BytesView data);
  std::array<std::uint8_t, 32> finish();  // once
 private:
  void* context_;
};

}  // namespace monitora
