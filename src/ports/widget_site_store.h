// Which sites loaded a workspace's widget.
#pragma once

#include <string>
#include <vector>

#include "domain/widget_site.h"
#include "ports/stores.h"

namespace monitora {

class WidgetSiteStore {
 public:
  virtual ~WidgetSiteStore() = default;

  // The latest seen first.
  virtual Result<std::vector<WidgetSite>> list(const WorkspaceId& workspace) = 0;
  // Seen now; for the first time, where it is not there. not_found for a workspace that is not
  // there.
  virtual Status see(const WorkspaceId& workspace, const std::string& origin) = 0;
  // Those that are not there are gone already.
  virtual Status remove(const WorkspaceId& workspace, const std::vector<std::string>& origins) = 0;
};

}  // namespace monitora
