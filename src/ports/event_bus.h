// What happens in workspaces, told as it happens: what this process did at once, what other nodes
// did when the change log is looked at next.
#pragma once

#include <functional>
#include <memory>

#include "ports/job_store.h"

namespace monitora {

class EventBus {
 public:
  // Must not block: it is called on the bus' thread, between looks at the change log.
  using Listener = std::function<void(const Change&)>;

  virtual ~EventBus() = default;
  // Every change of this workspace that is seen from now on, each once, one at a time; in the order
  // of their sequences but for those whose transactions ended late. Ends with the last copy of the
  // handle, which waits for a call under way (not from within one).
  [[nodiscard]] virtual std::shared_ptr<void> listen(const WorkspaceId& workspace,
                                                     Listener listener) = 0;
};

}  // namespace monitora
