// How often a key (an address, a visitor, a workspace) may do something.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "ports/rate_limits.h"

namespace monitora::auth {

// Sliding window from two counters: the count of the window under way plus the share of the one
// before that the window still overlaps. No more than `limit` in any whole window that starts with
// a key's first use; afterwards the error is that of an even spread. Constant memory a key, at most
// kKeys keys: the least recently used is forgotten first. Thread-safe.
class RateLimiter final : public RateLimits {
 public:
  static constexpr std::size_t kKeys = 1 << 16;

  explicit RateLimiter(const Clock& clock, std::size_t keys = kKeys);

  // Counts one use and answers nothing, or, over the limit, the whole seconds (≥ 1) until the next
  // is allowed; a refused use does not count. `limit` ≥ 1.
  std::optional<int> use(std::string_view key, int limit,
                         std::chrono::seconds window = std::chrono::seconds(60));

  std::optional<int> use(std::span<const Use> uses) override;

  std::size_t size() const;

 private:
  struct Entry {
    std::uint64_t key;
    Time started;
    int now = 0;
    int before = 0;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> recent;  // most recently used first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> by_key;
  };
  static constexpr std::size_t kShards = 16;

  void take_back(std::string_view key);

  const Clock& clock_;
  const std::size_t keys_a_shard_;
  const std::uint64_t seed_;  // so that nobody can choose keys that collide
  std::array<Shard, kShards> shards_;
};

}  // namespace monitora::auth
