#include "auth/secret_box.h"

#include <sodium.h>

#include "base/text.h"

namespace monitora::auth {
namespace {

constexpr std::string_view kVersion = "x1";
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

Status unreadable(std::string detail) {
  return Status(Code::corrupted, "secret_unreadable",
                {"Un secret enregistré ne peut pas être lu. Vérifiez ENCRYPTION_KEY, ou "
                 "enregistrez-le de nouveau.",
                 "A stored secret cannot be read. Check ENCRYPTION_KEY, or save it again."},
                std::move(detail));
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<SealedSecrets> SealedSecrets::with_key(std::string_view base64_key) {
  std::optional<Bytes> key = from_base64(base64_key);
  if (sodium_init() < 0) return Status::internal("libsodium did not start");
  if (!key || key->size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    return Status(Code::invalid_argument, "bad_setting",
                  {"ENCRYPTION_KEY : valeur attendue : 32 octets en base64.",
                   "ENCRYPTION_KEY: expected 32 bytes in base64."});
  return SealedSecrets(*std::move(key));
}

SealedSecrets::SealedSecrets(Bytes key)
    : key_(std::move(key)), key_id_(hex(sha256(key_)).substr(0, 8)) {}

std::string SealedSecrets::bound_data(std::string_view context) const {
  return std::string(kVersion) + "." + key_id_ + "." + std::string(context);
}

std::string SealedSecrets::seal(std::string_view secret, std::string_view context) const {
  Bytes out(kNonce + secret.size() + kTag);
  random_bytes(std::span(out).first(kNonce));
  const std::string bound = bound_data(context);
  unsigned long long length = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonce, &length, bytes_of(secret),
                                             secret.size(), bytes_of(bound), bound.size(), nullptr,
                                             out.data(), key_.data());
  return std::string(kVersion) + "." + key_id_ + "." + base64url(out);
}

Result<std::string> SealedSecrets::open(std::string_view sealed, std::string_view context) const {
  const std::vector<std::string_view> parts = split(sealed, '.');
  if (parts.size() != 3 || parts[0] != kVersion) return unreadable("not a sealed secret");
  if (parts[1] != key_id_) return unreadable("sealed with another key");
  const std::optional<Bytes> bytes = from_base64url(parts[2]);
  if (!bytes || bytes->size() < kNonce + kTag) return unreadable("cut short");
  const std::string bound = bound_data(context);
  std::string out(bytes->size() - kNonce - kTag, '\0');
  unsigned long long length = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<unsigned char*>(out.data()), &length, nullptr, bytes->data() + kNonce,
          bytes->size() - kNonce, bytes_of(bound), bound.size(), bytes->data(), key_.data()) != 0)
    return unreadable("damaged, or of another place");
  return out;
}

}  // namespace monitora::auth
