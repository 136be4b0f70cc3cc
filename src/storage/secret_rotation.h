// Every secret that the database keeps, sealed with another key: for `monitora keys rotate`.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/status.h"
#include "sql/pool.h"

namespace monitora::storage {

struct RotatedSecrets {
  int changed = 0;
  int already = 0;     // sealed with the new key before
  int unreadable = 0;  // with neither key; left as they are
};

// The text to keep instead of `sealed`, which belongs to `context` (ports/secret_contexts.h): the
// same where nothing is to be done, and nothing where it cannot be read.
using Reseal = std::function<std::optional<std::string>(const std::string& sealed,
                                                        const std::string& context)>;

// A secret at a time, each only if nobody has changed it meanwhile: what was interrupted goes on
// where it stopped.
Result<RotatedSecrets> rotate_secrets(sql::Pool& pool, const Reseal& reseal);

}  // namespace monitora::storage
