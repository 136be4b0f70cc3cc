#include "app/workspaces.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/allowed_origin.h"
#include "ports/secret_contexts.h"

namespace monitora {
namespace {

Status not_a_domain(std::string field, std::string_view typed) {
  const std::string shown(character_prefix(typed, 100));
  return Status::invalid(
      std::move(field),
      {fmt::format("« {} » n'est pas un nom de domaine (attendu : exemple.fr).", shown),
       fmt::format("“{}” is not a domain name (expected: example.com).", shown)});
}

Status normalize(std::string& domain) {
  if (is_blank(domain)) {
    domain.clear();
    return {};
  }
  const std::optional<std::string> normal = normalize_domain(domain);
  if (!normal) return not_a_domain("domain", domain);
  domain = *normal;
  return {};
}

Status normalize(std::vector<std::string>& domains) {
  std::vector<std::string> out;
  for (const std::string& typed : domains) {
    const std::optional<std::string> normal = normalize_domain(typed);
    if (!normal) return not_a_domain("allowed_domains", typed);
    if (std::find(out.begin(), out.end(), *normal) == out.end()) out.push_back(*normal);
  }
  domains = std::move(out);
  return {};
}

std::string secret_context(const WorkspaceId& workspace) {
  return kIdentitySecret + workspace.to_string();
}

}  // namespace

Result<WorkspaceView> Workspaces::create(const Actor& actor, Workspace workspace) {
  MONITORA_TRY(normalize(workspace.domain));
  MONITORA_TRY(normalize(workspace.allowed_domains));
  workspace.owner_id = actor.user;
  MONITORA_ASSIGN(WorkspaceView made, parts_.workspaces.create(actor.user, workspace));
  record(parts_.audit, actor, "workspace.create", made.workspace.id, made.workspace.id.to_string());
  return made;
}

Result<WorkspaceView> Workspaces::update(const Actor& actor, const WorkspaceId& workspace,
                                         WorkspaceChange change) {
  if (change.domain) MONITORA_TRY(normalize(*change.domain));
  if (change.allowed_domains) MONITORA_TRY(normalize(*change.allowed_domains));
  bool chunks_change = false;
  if (change.rag) {
    MONITORA_ASSIGN(const Workspace before, parts_.workspaces.get(workspace));
    chunks_change = before.rag.chunk_size != change.rag->chunk_size ||
                    before.rag.chunk_overlap != change.rag->chunk_overlap;
  }
  MONITORA_ASSIGN(WorkspaceView after, parts_.workspaces.update(actor.user, workspace, change));
  record(parts_.audit, actor, "workspace.update", workspace, workspace.to_string());
  if (!chunks_change) return after;
  // Other chunks are wanted now: the documents are cut again in the background, the old answer on.
  const auto requested = parts_.documents.request_indexing_of_all(workspace);
  if (!requested.ok())
    log::warning("documents keep their older chunks: {}", requested.status().to_string());
  else if (parts_.jobs_added)
    parts_.jobs_added();
  return after;
}

Status Workspaces::remove(const Actor& actor, const WorkspaceId& workspace) {
  MONITORA_TRY(parts_.workspaces.remove(actor.user, workspace));
  record(parts_.audit, actor, "workspace.delete", workspace, workspace.to_string());
  // The rows are gone; what is left is a cache of them, dropped again when other nodes read the
  // change log.
  if (const Status status = parts_.retriever.remove_workspace(workspace); !status.ok())
    log::warning("index of a deleted workspace: {}", status.to_string());
  return {};
}

Result<Workspaces::IdentitySecret> Workspaces::make_identity_secret(const Actor& actor,
                                                                    const WorkspaceId& workspace) {
  IdentitySecret made;
  made.secret = random_token(32);
  made.previous_expires_at = parts_.clock.now() + kOldSecretLife;
  const std::string sealed = parts_.secrets.seal(made.secret, secret_context(workspace));
  MONITORA_TRY(parts_.workspaces.set_identity_secret(actor.user, workspace, sealed,
                                                     made.previous_expires_at));
  record(parts_.audit, actor, "workspace.identity_secret", workspace, workspace.to_string());
  return made;
}

Result<std::vector<std::string>> Workspaces::identity_secrets(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const WorkspaceStore::IdentitySecrets stored,
                  parts_.workspaces.identity_secrets(workspace));
  std::vector<std::string> out;
  const bool previous_lives =
      stored.previous_expires_at && *stored.previous_expires_at > parts_.clock.now();
  for (const std::string& sealed :
       {stored.current_encrypted, previous_lives ? stored.previous_encrypted : std::string()}) {
    if (sealed.empty()) continue;
    MONITORA_ASSIGN(std::string secret, parts_.secrets.open(sealed, secret_context(workspace)));
    out.push_back(std::move(secret));
  }
  return out;
}

}  // namespace monitora
