// How often somebody (an address, a visitor, a workspace) may do something, on one node or on all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace monitora {

class RateLimits {
 public:
  virtual ~RateLimits() = default;

  struct Use {
    std::string key;
    int limit = 1;  // a minute
  };
  // Counts one use of each key and answers nothing; or, when one of them is over its limit, counts
  // none and answers the whole seconds (≥ 1) until it is allowed. Thread-safe.
  virtual std::optional<int> use(std::span<const Use> uses) = 0;
};

// What the nodes of one database tell one another of the uses that they counted. Thread-safe.
class SharedCounts {
 public:
  virtual ~SharedCounts() = default;

  struct Count {
    std::string key;          // at most 64 characters
    std::int64_t window = 0;  // in seconds since 1970
    int used = 0;
  };
  // What `node` has counted; a smaller number than before changes nothing.
  virtual Status put(const std::string& node, const std::vector<Count>& counts) = 0;
  // What the other nodes together have counted of these keys in windows from `from` on.
  virtual Result<std::vector<Count>> of_others(const std::string& node,
                                               const std::vector<std::string>& keys,
                                               std::int64_t from) = 0;
  virtual Status prune(std::int64_t before) = 0;  // windows
};

}  // namespace monitora
