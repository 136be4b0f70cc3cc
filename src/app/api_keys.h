// Keys with which programs ask a workspace's questions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/actor.h"
#include "ports/workspace_store.h"

namespace monitora {

// Thread-safe. The parts outlive it.
class ApiKeys {
 public:
  static constexpr std::string_view kPrefix = "mk_";

  ApiKeys(ApiKeyStore& keys, AuditLog& audit, const Clock& clock)
      : keys_(keys), audit_(audit), clock_(clock) {}

  Result<std::vector<ApiKey>> list(const WorkspaceId& workspace) { return keys_.list(workspace); }
  struct Made {
    ApiKey key;
    std::string secret;  // "mk_…": shown this once, only its hash is kept
  };
  // invalid `expires_at` for a time that has passed.
  Result<Made> create(const Actor& actor, const WorkspaceId& workspace, const std::string& name,
                      std::optional<Time> expires_at);
  Status revoke(const Actor& actor, const WorkspaceId& workspace, const ApiKeyId& key);
  // unauthenticated `invalid_api_key` for unknown, expired and revoked ones alike.
  Result<ApiKey> authenticate(std::string_view secret);

 private:
  ApiKeyStore& keys_;
  AuditLog& audit_;
  const Clock& clock_;
};

}  // namespace monitora
