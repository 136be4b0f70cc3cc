#include "app/widget_sites.h"

#include "base/log.h"
#include "domain/allowed_origin.h"

namespace monitora {
namespace {

constexpr std::size_t kWorkspacesInMemory = 10'000;

bool allows(const Workspace& workspace, const std::string& own_origin, const std::string& origin) {
  return is_origin_allowed(workspace.allowed_domains, {origin, "", own_origin});
}

}  // namespace

void WidgetSites::note(const Workspace& workspace, const std::string& own_origin,
                       const std::string& origin) {
  if (!is_new(workspace.id, origin, allows(workspace, own_origin, origin))) return;
  // One that is not written down for want of room is at its next load after kAgain.
  (void)workers_.post([this, workspace, own_origin, origin] {
    if (const Status status = write(workspace, own_origin, origin); !status.ok())
      log::warning("a site of the widget was not written down: {}", status.to_string());
  });
}

bool WidgetSites::is_new(const WorkspaceId& workspace, const std::string& origin, bool is_allowed) {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (lately_.size() >= kWorkspacesInMemory && !lately_.contains(workspace)) lately_.clear();
  Lately& lately = lately_[workspace];
  if (now - lately.begun >= kAgain) lately = {.begun = now};
  std::set<std::string>& kind = is_allowed ? lately.allowed : lately.refused;
  if (kind.size() >= (is_allowed ? kAllowed : kRefused)) return false;
  return kind.insert(origin).second;
}

Status WidgetSites::write(const Workspace& workspace, const std::string& own_origin,
                          const std::string& origin) {
  MONITORA_TRY(store_.see(workspace.id, origin));
  MONITORA_ASSIGN(const std::vector<WidgetSite> sites, store_.list(workspace.id));
  std::vector<std::string> too_many;
  std::size_t allowed = 0, refused = 0;
  for (const WidgetSite& site : sites) {
    const bool is_over =
        allows(workspace, own_origin, site.origin) ? ++allowed > kAllowed : ++refused > kRefused;
    if (is_over) too_many.push_back(site.origin);
  }
  return store_.remove(workspace.id, too_many);
}

Result<std::vector<WidgetSites::Seen>> WidgetSites::list(const Workspace& workspace,
                                                         const std::string& own_origin) {
  MONITORA_ASSIGN(const std::vector<WidgetSite> sites, store_.list(workspace.id));
  const Time oldest = clock_.now() - kRefusedFor;
  std::vector<Seen> seen;
  for (const WidgetSite& site : sites) {
    const bool is_allowed = allows(workspace, own_origin, site.origin);
    if (is_allowed || site.last_seen_at >= oldest) seen.push_back({site, is_allowed});
  }
  return seen;
}

}  // namespace monitora
