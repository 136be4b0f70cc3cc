// Rate limits that hold over every node of one database.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/crypto.h"
#include "ports/rate_limits.h"

namespace monitora::auth {

// Each node counts its own uses and asks the database for those of the others: at a key's first use
// in a minute, and at every use once a share of the limit is used up here, when it also tells its
// own. So a visitor who writes now and then costs one short query a minute, somebody near a limit
// is counted exactly, and a key that hops between nodes without coming near it on any gains at most
// that share on each. A database that does not answer leaves each node its own count.
//
// Windows begin at whole minutes, the same on every node; the minute before counts with the share
// that the last 60 seconds still overlap. What is stored is a keyed hash: no address is written
// down. Thread-safe.
class SharedRateLimiter final : public RateLimits {
 public:
  // A node's own part of a limit of visitors' messages.
  static constexpr int kShare = 8;

  // `secret` is the same on all nodes; the clock and the counts outlive the object.
  SharedRateLimiter(const Clock& clock, SharedCounts& counts, std::string node,
                    std::string_view secret);

  std::optional<int> use(std::span<const Use> uses) override;

  // Forgets in the database what no window needs any more.
  Status prune();

 private:
  struct Counted {
    int own = 0;
    int others = 0;
  };
  struct Entry {
    std::int64_t window = 0;  // number of the minute
    Counted now, before;
    bool asked = false;  // the others, in this window
  };
  struct Wanted {
    std::string key;
    int limit;
  };

  Entry& entry(const std::string& key, std::int64_t window);
  void make_room(std::int64_t window);
  // Under no lock: tells and asks.
  void exchange(const std::vector<SharedCounts::Count>& own, const std::vector<std::string>& keys,
                std::int64_t window);
  double elapsed_share() const;

  const Clock& clock_;
  SharedCounts& counts_;
  const std::string node_;
  const Bytes secret_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace monitora::auth
