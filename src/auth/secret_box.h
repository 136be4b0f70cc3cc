// XChaCha20-Poly1305 (libsodium) for secrets that rest in the database.
#pragma once

#include <string>

#include "base/crypto.h"
#include "ports/security.h"

namespace monitora::auth {

// Format: "x1." key id "." base64url(24-byte nonce, ciphertext, 16-byte tag). The key id is the
// first 8 hex characters of the key's SHA-256 and, with the context, part of what the tag protects:
// a wrong key is told from damage.
class SealedSecrets final : public SecretBox {
 public:
  // `key`: 32 bytes in base64 (ENCRYPTION_KEY). invalid_argument `bad_setting` otherwise.
  static Result<SealedSecrets> with_key(std::string_view base64_key);

  std::string seal(std::string_view secret, std::string_view context) const override;
  Result<std::string> open(std::string_view sealed, std::string_view context) const override;

 private:
  explicit SealedSecrets(Bytes key);
  std::string bound_data(std::string_view context) const;

  Bytes key_;
  std::string key_id_;
};

}  // namespace monitora::auth
