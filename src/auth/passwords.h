// Password hashes: Argon2id for new ones, the older forms verified (contract: cli.md, migration).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

#include "ports/security.h"

namespace monitora::auth {

class Passwords final : public PasswordHasher {
 public:
  struct Options {
    int at_once = 2;  // hashes that run at the same time: each takes a core and 19 MiB
    std::chrono::milliseconds max_wait{5000};
  };
  Passwords();
  explicit Passwords(Options options);

  Result<std::string> hash(std::string_view password) override;
  Result<Verdict> verify(const std::optional<Credentials>& credentials,
                         std::string_view password) override;
  bool is_common(std::string_view password) const override;

 private:
  class Turn;

  const Options options_;
  std::string dummy_hash_;  // of a random password: what unknown accounts are verified against
  std::mutex mutex_;
  std::condition_variable freed_;
  int running_ = 0;
};

}  // namespace monitora::auth
