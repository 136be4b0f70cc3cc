// Who does something, for permissions and the audit log.
#pragma once

#include "domain/account.h"
#include "ports/job_store.h"

namespace monitora {

struct Actor {
  UserId user;
  std::string ip_address;
};

// Appends to the audit log. What is recorded has happened already: a log that cannot be written is
// logged as an error and does not undo it.
void record(AuditLog& audit, const Actor& actor, std::string action,
            std::optional<WorkspaceId> workspace = {}, std::string target = {},
            std::string detail_json = {});

}  // namespace monitora
