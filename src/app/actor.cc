#include "app/actor.h"

#include "base/log.h"

namespace monitora {

void record(AuditLog& audit, const Actor& actor, std::string action,
            std::optional<WorkspaceId> workspace, std::string target, std::string detail_json) {
  AuditLog::Entry entry;
  entry.actor = actor.user.is_nil() ? "system" : actor.user.to_string();
  entry.action = std::move(action);
  entry.workspace_id = workspace;
  entry.target = std::move(target);
  entry.ip_address = actor.ip_address;
  entry.detail = std::move(detail_json);
  if (const Status status = audit.append(entry); !status.ok())
    log::error("audit entry {} could not be written: {}", entry.action, status.to_string());
}

}  // namespace monitora
