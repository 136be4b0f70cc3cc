#include "auth/rate_limiter.h"

#include <sodium.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/crypto.h"

namespace monitora::auth {
namespace {

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  random_bytes({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  return seed;
}

std::uint64_t keyed_hash(std::uint64_t seed, std::string_view text) {
  unsigned char key[crypto_shorthash_KEYBYTES] = {};
  std::memcpy(key, &seed, sizeof seed);
  std::uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out),
                   reinterpret_cast<const unsigned char*>(text.data()), text.size(), key);
  return out;
}

}  // namespace

RateLimiter::RateLimiter(const Clock& clock, std::size_t keys)
    : clock_(clock),
      keys_a_shard_(std::max<std::size_t>(1, keys / kShards)),
      seed_(random_seed()) {}

std::optional<int> RateLimiter::use(std::string_view key, int limit, std::chrono::seconds window) {
  const std::uint64_t hash = keyed_hash(seed_, key);
  Shard& shard = shards_[hash % kShards];
  const Time now = clock_.now();
  const std::lock_guard lock(shard.mutex);

  auto found = shard.by_key.find(hash);
  if (found == shard.by_key.end()) {
    if (shard.recent.size() >= keys_a_shard_) {
      shard.by_key.erase(shard.recent.back().key);
      shard.recent.pop_back();
    }
    shard.recent.push_front({hash, now, 0, 0});
    found = shard.by_key.emplace(hash, shard.recent.begin()).first;
  } else {
    shard.recent.splice(shard.recent.begin(), shard.recent, found->second);
  }
  Entry& entry = *found->second;

  if (now < entry.started) entry.started = now;  // the clock was set back
  if (now - entry.started >= 2 * window) {
    entry = {hash, now, 0, 0};
  } else if (now - entry.started >= window) {
    entry.before = entry.now;
    entry.now = 0;
    entry.started += window;
  }

  const double length = std::chrono::duration<double>(window).count();
  const double elapsed = std::chrono::duration<double>(now - entry.started).count();
  const double used = entry.now + entry.before * (1 - elapsed / length);
  if (used + 1 <= limit) {
    ++entry.now;
    return std::nullopt;
  }
  // When the share of the window before has shrunk enough; if this window alone is full, in the
  // next.
  double wait = 0;
  if (entry.now + 1 <= limit)
    wait = (1 - double(limit - 1 - entry.now) / entry.before) * length - elapsed;
  else
    wait = length - elapsed + length * (1 - double(limit - 1) / entry.now);
  return std::max(1, static_cast<int>(std::ceil(wait)));
}

std::optional<int> RateLimiter::use(std::span<const Use> uses) {
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const std::optional<int> wait = use(uses[i].key, uses[i].limit);
    if (!wait) continue;
    for (std::size_t j = 0; j < i; ++j) take_back(uses[j].key);
    return wait;
  }
  return std::nullopt;
}

void RateLimiter::take_back(std::string_view key) {
  const std::uint64_t hash = keyed_hash(seed_, key);
  Shard& shard = shards_[hash % kShards];
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.by_key.find(hash); found != shard.by_key.end())
    found->second->now = std::max(0, found->second->now - 1);
}

std::size_t RateLimiter::size() const {
  std::size_t total = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    total += shard.recent.size();
  }
  return total;
}

}  // namespace monitora::auth
