#include "auth/shared_rate_limiter.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"

namespace monitora::auth {
namespace {

constexpr std::int64_t kSeconds = 60;
constexpr std::size_t kKeys = 1 << 16;

std::int64_t minute_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count() / kSeconds;
}

}  // namespace

SharedRateLimiter::SharedRateLimiter(const Clock& clock, SharedCounts& counts, std::string node,
                                     std::string_view secret)
    : clock_(clock), counts_(counts), node_(std::move(node)), secret_([&] {
        const auto key = hmac_sha256(as_bytes(secret), as_bytes("monitora rate limits 1"));
        return Bytes(key.begin(), key.end());
      }()) {}

double SharedRateLimiter::elapsed_share() const {
  const Time now = clock_.now();
  const Time start{std::chrono::seconds(minute_of(now) * kSeconds)};
  return std::chrono::duration<double>(now - start).count() / kSeconds;
}

// Under the lock. Moves on to `window` where time has passed.
SharedRateLimiter::Entry& SharedRateLimiter::entry(const std::string& key, std::int64_t window) {
  if (entries_.size() >= kKeys && !entries_.contains(key)) make_room(window);
  Entry& found = entries_[key];
  if (found.window >= window) return found;  // later: another thread has moved on meanwhile
  const bool next = found.window + 1 == window;
  found.before = next ? found.now : Counted();
  found.now = Counted();
  found.window = window;
  found.asked = false;
  return found;
}

void SharedRateLimiter::make_room(std::int64_t window) {
  std::erase_if(entries_, [&](const auto& each) { return each.second.window + 1 < window; });
  while (entries_.size() >= kKeys) entries_.erase(entries_.begin());
}

std::optional<int> SharedRateLimiter::use(std::span<const Use> uses) {
  const std::int64_t window = minute_of(clock_.now());
  std::vector<Wanted> wanted;
  for (const Use& use : uses)
    wanted.push_back({base64url(hmac_sha256(secret_, as_bytes(use.key))), use.limit});

  std::vector<SharedCounts::Count> tell;
  std::vector<std::string> ask;
  {
    const std::lock_guard lock(mutex_);
    for (const Wanted& one : wanted) {
      Entry& mine = entry(one.key, window);
      ++mine.now.own;  // taken back below if it is refused
      const bool near = mine.now.own > one.limit / kShare;
      if (near) tell.push_back({one.key, window, mine.now.own});
      if (near || !mine.asked) ask.push_back(one.key);
    }
  }
  // Told first: of two nodes that count a last use at once, both see both.
  if (!ask.empty()) exchange(tell, ask, window);

  const double left = 1 - elapsed_share();
  double wait = 0;
  const std::lock_guard lock(mutex_);
  for (const Wanted& one : wanted) {
    const Entry& mine = entry(one.key, window);
    const double now = mine.now.own + mine.now.others;
    const double before = mine.before.own + mine.before.others;
    if (now + before * left <= one.limit) continue;
    // When the share of the minute before has shrunk enough; if this minute alone is full, in the
    // next. Other nodes may have been told of this use: it is counted here as theirs count it.
    const double room = one.limit - now - 1;
    const double until = room >= 0 ? left - room / std::max(before, 1.0)
                                   : left + 1 - std::max(0.0, one.limit - 1.0) / now;
    wait = std::max(wait, std::max(1.0, std::ceil(until * kSeconds)));
  }
  if (wait == 0) return std::nullopt;
  for (const Wanted& one : wanted) {
    int& own = entry(one.key, window).now.own;
    own = std::max(0, own - 1);
  }
  return static_cast<int>(wait);
}

void SharedRateLimiter::exchange(const std::vector<SharedCounts::Count>& own,
                                 const std::vector<std::string>& keys, std::int64_t window) {
  if (!own.empty())
    if (const Status told = counts_.put(node_, own); !told.ok())
      log::warning("rate limits could not be told to other nodes: {}", told.to_string());
  const Result<std::vector<SharedCounts::Count>> others =
      counts_.of_others(node_, keys, window - 1);
  if (!others.ok()) {
    log::warning("rate limits of other nodes could not be read: {}", others.status().to_string());
    return;
  }
  const std::lock_guard lock(mutex_);
  for (const std::string& key : keys) {
    Entry& mine = entry(key, window);
    mine.asked = true;
    mine.now.others = mine.before.others = 0;
  }
  for (const SharedCounts::Count& count : *others) {
    Entry& mine = entry(count.key, window);
    (count.window == window ? mine.now : mine.before).others = count.used;
  }
}

Status SharedRateLimiter::prune() {
  return counts_.prune(minute_of(clock_.now()) - 1);
}

}  // namespace monitora::auth
