#include "auth/passwords.h"

#include <crypt.h>
#include <sodium.h>

#include <cstring>
#include <memory>

#include "auth/common_passwords.h"
#include "base/crypto.h"
#include "base/deadline.h"

namespace monitora::auth {
namespace {

// Argon2id with one lane, two passes over 19 MiB: OWASP's password storage recommendation.
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19 << 20;

// libxcrypt's bcrypt reads a C string: a NUL would end the password early.
bool bcrypt_matches(const std::string& stored, std::string_view password) {
  if (password.find('\0') != std::string_view::npos) return false;
  const auto work = std::make_unique<crypt_data>();
  std::memset(work.get(), 0, sizeof *work);
  const char* computed = crypt_r(std::string(password).c_str(), stored.c_str(), work.get());
  return computed != nullptr && computed[0] != '*' && equal_in_constant_time(computed, stored);
}

bool salted_sha256_matches(const Credentials& credentials, std::string_view password) {
  const std::string& salt = credentials.password_salt;
  return equal_in_constant_time(sha256_hex(salt + std::string(password) + salt),
                                credentials.password_hash);
}

bool argon2_matches(const std::string& stored, std::string_view password) {
  return stored.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
}

// Hashes of a foreign Argon2id may ask for far more memory or time than ours; those are not run.
bool is_affordable(const std::string& stored) {
  const std::size_t at = stored.find("$m=");
  if (at == std::string::npos) return false;
  unsigned memory = 0, passes = 0, lanes = 0;
  return std::sscanf(stored.c_str() + at, "$m=%9u,t=%9u,p=%9u$", &memory, &passes, &lanes) == 3 &&
         memory <= (256u << 10) && passes <= 16 && lanes <= 16;
}

// "$2b$" cost "$" …; each step of the cost doubles the time, and 16 takes seconds already.
bool is_bcrypt(const std::string& stored) {
  if (stored.size() != 60 || stored[6] != '$') return false;
  const std::string_view kind = std::string_view(stored).substr(0, 4);
  const std::string_view cost = std::string_view(stored).substr(4, 2);
  return (kind == "$2a$" || kind == "$2b$" || kind == "$2y$") && cost >= "04" && cost <= "16";
}

}  // namespace

// One of the `at_once` places, held for the life of the object.
class Passwords::Turn {
 public:
  explicit Turn(Passwords& owner) : owner_(owner) {
    std::unique_lock lock(owner_.mutex_);
    const auto wait = Deadline::current().left(owner_.options_.max_wait);
    held_ = owner_.freed_.wait_for(lock, wait,
                                   [&] { return owner_.running_ < owner_.options_.at_once; });
    if (held_) ++owner_.running_;
  }
  ~Turn() {
    if (!held_) return;
    {
      const std::lock_guard lock(owner_.mutex_);
      --owner_.running_;
    }
    owner_.freed_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  Status status() const {
    if (held_) return {};
    return Status(Code::unavailable, "saturated",
                  {"Trop de connexions en même temps. Réessayez dans un instant.",
                   "Too many logins at once. Try again in a moment."})
        .with_retry_after(2);
  }

 private:
  Passwords& owner_;
  bool held_ = false;
};

Passwords::Passwords() : Passwords(Options()) {}

Passwords::Passwords(Options options) : options_(options) {
  if (sodium_init() < 0) std::terminate();
  Result<std::string> made = hash(random_token(24));
  if (made.ok()) dummy_hash_ = *std::move(made);
}

Result<std::string> Passwords::hash(std::string_view password) {
  const Turn turn(*this);
  MONITORA_TRY(turn.status());
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Status::internal("Argon2id: no memory");
  return std::string(out);
}

Result<PasswordHasher::Verdict> Passwords::verify(const std::optional<Credentials>& credentials,
                                                  std::string_view password) {
  const Turn turn(*this);
  MONITORA_TRY(turn.status());
  Verdict verdict;
  const std::string stored = credentials ? credentials->password_hash : "";
  if (stored.starts_with("$argon2id$") && is_affordable(stored)) {
    verdict.matches = argon2_matches(stored, password);
    verdict.needs_upgrade = crypto_pwhash_str_needs_rehash(stored.c_str(), kPasses, kMemory) != 0;
  } else if (is_bcrypt(stored)) {
    verdict.matches = bcrypt_matches(stored, password);
    verdict.needs_upgrade = true;
  } else {
    // A quick hash, or none: the same work as for a real one, whatever it says.
    (void)argon2_matches(dummy_hash_, password);
    if (credentials && stored.size() == 64 && !credentials->password_salt.empty())
      verdict.matches = salted_sha256_matches(*credentials, password);
    verdict.needs_upgrade = true;
  }
  verdict.needs_upgrade = verdict.needs_upgrade && verdict.matches;
  return verdict;
}

bool Passwords::is_common(std::string_view password) const {
  return is_common_password(password);
}

}  // namespace monitora::auth
