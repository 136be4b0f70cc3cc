// Who else may work in a workspace.
#pragma once

#include <string>
#include <vector>

#include "app/actor.h"
#include "ports/workspace_store.h"

namespace monitora {

// Thread-safe. The parts outlive it. The caller's guard has checked that the actor is an admin
// there.
class Members {
 public:
  Members(MemberStore& members, AuditLog& audit) : members_(members), audit_(audit) {}

  Result<std::vector<Member>> list(const WorkspaceId& workspace) {
    return members_.list(workspace);
  }
  // invalid `email`, `role`; conflict `already_member`.
  Result<Member> invite(const Actor& actor, const WorkspaceId& workspace, std::string_view email,
                        UserRole role);
  // not_found `member_not_found`; conflict `owner_is_admin`; invalid `role`.
  Result<Member> set_role(const Actor& actor, const WorkspaceId& workspace, const UserId& user,
                          UserRole role);
  Status remove(const Actor& actor, const WorkspaceId& workspace, const UserId& user);
  // Takes back the invitation of an e-mail that has no account yet. not_found `member_not_found`.
  Status withdraw(const Actor& actor, const WorkspaceId& workspace, std::string_view email);

 private:
  MemberStore& members_;
  AuditLog& audit_;
};

}  // namespace monitora
