// Where a workspace's widget is: what its admins see of the sites that load it.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/workspace.h"
#include "ports/executor.h"
#include "ports/widget_site_store.h"

namespace monitora {

// Anybody can name any site, so each workspace has room for a few only, and those that it does not
// allow take no place of the others. Thread-safe. The parts outlive it and its work on `workers`.
class WidgetSites {
 public:
  // A site is written down again after this, by each node.
  static constexpr std::chrono::minutes kAgain{10};
  static constexpr std::size_t kAllowed = 50, kRefused = 5;
  // One that may not show the widget is told of for so long.
  static constexpr std::chrono::days kRefusedFor{7};

  WidgetSites(WidgetSiteStore& store, Executor& workers, const Clock& clock)
      : store_(store), workers_(workers), clock_(clock) {}

  // A page of `origin` (normalised) has loaded the widget, or was refused it. Does not block.
  void note(const Workspace& workspace, const std::string& own_origin, const std::string& origin);

  struct Seen {
    WidgetSite site;
    bool is_allowed = false;  // by the list as it is now
  };
  // The latest first.
  Result<std::vector<Seen>> list(const Workspace& workspace, const std::string& own_origin);

 private:
  // What was written down since `begun`.
  struct Lately {
    Time begun{};
    std::set<std::string> allowed, refused;
  };

  bool is_new(const WorkspaceId& workspace, const std::string& origin, bool is_allowed);
  Status write(const Workspace& workspace, const std::string& own_origin,
               const std::string& origin);

  WidgetSiteStore& store_;
  Executor& workers_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<WorkspaceId, Lately> lately_;
};

}  // namespace monitora
