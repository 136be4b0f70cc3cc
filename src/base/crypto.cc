#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdlib>

namespace monitora {
namespace {

constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrlSafe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode64(BytesView data, const char* alphabet, bool pad) {
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < data.size(); i += 3) {
    const std::size_t left = data.size() - i;
    std::uint32_t word = std::uint32_t{data[i]} << 16;
    if (left > 1) word |= std::uint32_t{data[i + 1]} << 8;
    if (left > 2) word |= data[i + 2];
    out += alphabet[word >> 18];
    out += alphabet[word >> 12 & 63];
    if (left > 1)
      out += alphabet[word >> 6 & 63];
    else if (pad)
      out += '=';
    if (left > 2)
      out += alphabet[word & 63];
    else if (pad)
      out += '=';
  }
  return out;
}

// What each character stands for; -1: nothing.
constexpr std::array<std::int8_t, 256> values64(bool url) {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  std::int8_t next = 0;
  for (char c = 'A'; c <= 'Z'; ++c) values[static_cast<unsigned char>(c)] = next++;
  for (char c = 'a'; c <= 'z'; ++c) values[static_cast<unsigned char>(c)] = next++;
  for (char c = '0'; c <= '9'; ++c) values[static_cast<unsigned char>(c)] = next++;
  values[url ? '-' : '+'] = 62;
  values[url ? '_' : '/'] = 63;
  return values;
}

// `text` without padding; refuses non-canonical endings.
std::optional<Bytes> decode64(std::string_view text, bool url) {
  if (text.size() % 4 == 1) return std::nullopt;
  static constexpr auto kPlain = values64(false), kUrl = values64(true);
  const auto& values = url ? kUrl : kPlain;
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t word = 0;
  int bits = 0;
  for (char c : text) {
    const int value = values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    word = word << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(word >> bits & 255));
    }
  }
  if ((word & ((1u << bits) - 1)) != 0) return std::nullopt;
  return out;
}

EVP_MD_CTX* digest(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

void random_bytes(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) std::abort();
}

std::string random_token(std::size_t bytes) {
  Bytes data(bytes);
  random_bytes(data);
  return base64url(data);
}

std::array<std::uint8_t, 32> sha256(BytesView data) {
  Sha256 hash;
  hash.update(data);
  return hash.finish();
}

std::string sha256_hex(std::string_view data) {
  return hex(sha256(as_bytes(data)));
}

std::array<std::uint8_t, 32> hmac_sha256(BytesView key, BytesView data) {
  std::array<std::uint8_t, 32> out{};
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
           out.data(), &length) == nullptr)
    std::abort();
  return out;
}

std::string hex(BytesView data) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(data.size() * 2);
  for (std::uint8_t byte : data) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  auto nibble = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string base64(BytesView data) {
  return encode64(data, kStandard, true);
}
std::string base64url(BytesView data) {
  return encode64(data, kUrlSafe, false);
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return decode64(text, false);
}

std::optional<Bytes> from_base64url(std::string_view text) {
  return decode64(text, true);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(digest(context_), EVP_sha256(), nullptr) != 1)
    std::abort();
}
Sha256::~Sha256() {
  EVP_MD_CTX_free(digest(context_));
}
void Sha256::update(BytesView data) {
  if (EVP_DigestUpdate(digest(context_), data.data(), data.size()) != 1) std::abort();
}
std::array<std::uint8_t, 32> Sha256::finish() {
  std::array<std::uint8_t, 32> out{};
  if (EVP_DigestFinal_ex(digest(context_), out.data(), nullptr) != 1) std::abort();
  return out;
}

}  // namespace monitora
