// Workspaces: making, changing and removing them.
#pragma once

#include <functional>
#include <string>

#include "app/actor.h"
#include "ports/document_store.h"
#include "ports/retriever.h"
#include "ports/security.h"
#include "ports/workspace_store.h"

namespace monitora {

struct WorkspaceParts {
  WorkspaceStore& workspaces;
  DocumentStore& documents;
  Retriever& retriever;
  SecretBox& secrets;
  AuditLog& audit;
  const Clock& clock;
  std::function<void()> jobs_added;  // wakes the job runner; may be empty
};

// Thread-safe. The parts outlive it. Who may is decided by the caller's guard, and again by the
// store, which has the user in every WHERE.
class Workspaces {
 public:
  static constexpr std::size_t kMostDomains = 100;
  static constexpr std::chrono::hours kOldSecretLife{24};

  explicit Workspaces(WorkspaceParts parts) : parts_(std::move(parts)) {}

  // Domains are normalised here; invalid `domain` or `allowed_domains` for those that are none.
  Result<WorkspaceView> create(const Actor& actor, Workspace workspace);
  Result<WorkspaceView> update(const Actor& actor, const WorkspaceId& workspace,
                               WorkspaceChange change);
  // With everything in it; no answer uses its documents from its return.
  Status remove(const Actor& actor, const WorkspaceId& workspace);

  // A new secret for signing visitors' identities, shown this once; the one before works for
  // kOldSecretLife more.
  struct IdentitySecret {
    std::string secret;
    Time previous_expires_at;
  };
  Result<IdentitySecret> make_identity_secret(const Actor& actor, const WorkspaceId& workspace);
  // Those that verify a visitor's token now, the newest first; empty when none was made.
  Result<std::vector<std::string>> identity_secrets(const WorkspaceId& workspace);

 private:
  WorkspaceParts parts_;
};

}  // namespace monitora
