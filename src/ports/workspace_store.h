// Workspaces, members and API keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/workspace.h"
#include "ports/stores.h"

namespace monitora {

class WorkspaceStore {
 public:
  virtual ~WorkspaceStore() = default;

  // Owned and shared ones with role and counts, by name. (sp_get_user_workspaces.)
  virtual Result<Page<WorkspaceView>> list(const UserId& user, const PageRequest& page) = 0;
  virtual Result<WorkspaceView> create(const UserId& owner, const Workspace& workspace) = 0;
  virtual Result<WorkspaceView> find(const UserId& user, const WorkspaceId& workspace) = 0;
  // The user's role there; not_found `workspace_not_found` for absent and foreign.
  virtual Result<UserRole> role(const UserId& user, const WorkspaceId& workspace) = 0;
  // By admins of the workspace only (not_found otherwise); writes change_log.
  virtual Result<WorkspaceView> update(const UserId& user, const WorkspaceId& workspace,
                                       const WorkspaceChange& change) = 0;
  // With everything in it; writes change_log.
  virtual Status remove(const UserId& user, const WorkspaceId& workspace) = 0;

  // For visitors, keys and jobs, which have no user: the caller has checked Origin or key.
  virtual Result<Workspace> get(const WorkspaceId& workspace) = 0;

  // The customer's secret for signing visitors' identities, encrypted; the older one stays readable
  // until `previous_expires_at`.
  struct IdentitySecrets {
    std::string current_encrypted;  // "" when never made
    std::string previous_encrypted;
    std::optional<Time> previous_expires_at;
  };
  virtual Result<IdentitySecrets> identity_secrets(const WorkspaceId& workspace) = 0;
  virtual Status set_identity_secret(const UserId& user, const WorkspaceId& workspace,
                                     const std::string& encrypted, Time previous_expires_at) = 0;
};

class MemberStore {
 public:
  virtual ~MemberStore() = default;
  // The owner first, then members, then waiting invitations.
  virtual Result<std::vector<Member>> list(const WorkspaceId& workspace) = 0;
  // A member at once if the e-mail has an account, else an invitation. conflict `already_member`;
  // invalid `role` for an account whose own role is lecteur asked to be admin.
  virtual Result<Member> invite(const WorkspaceId& workspace, const std::string& email,
                                UserRole role) = 0;
  // not_found `member_not_found`; conflict `owner_is_admin` for the owner.
  virtual Result<Member> set_role(const WorkspaceId& workspace, const UserId& user,
                                  UserRole role) = 0;
  virtual Status remove(const WorkspaceId& workspace, const UserId& user) = 0;
  // An invitation that waits is taken back. not_found `member_not_found`.
  virtual Status withdraw(const WorkspaceId& workspace, const std::string& email) = 0;
  // The strongest role that waiting invitations give this e-mail (compared without case), or
  // nothing. No tenant: sign-up asks before there is a user.
  virtual Result<std::optional<UserRole>> invited_role(const std::string& email) = 0;
};

class ApiKeyStore {
 public:
  virtual ~ApiKeyStore() = default;
  virtual Result<std::vector<ApiKey>> list(const WorkspaceId& workspace) = 0;
  virtual Result<ApiKey> create(const WorkspaceId& workspace, const std::string& name,
                                const std::string& prefix, const std::string& key_hash,
                                std::optional<Time> expires_at) = 0;
  virtual Status revoke(const WorkspaceId& workspace, const ApiKeyId& key) = 0;
  // The live key with this SHA-256 (64 hex characters); sets last_used_at at most once a minute.
  virtual Result<std::optional<ApiKey>> find(const std::string& key_hash) = 0;
};

}  // namespace monitora
