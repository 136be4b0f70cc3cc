#include "app/api_keys.h"

#include "base/crypto.h"

namespace monitora {
namespace {

constexpr std::size_t kKeyBytes = 32;  // 43 characters
constexpr std::size_t kShownCharacters =
    11;  // "mk_" and eight more: enough to recognise, not to guess

}  // namespace

Result<ApiKeys::Made> ApiKeys::create(const Actor& actor, const WorkspaceId& workspace,
                                      const std::string& name, std::optional<Time> expires_at) {
  if (expires_at && *expires_at <= clock_.now())
    return Status::invalid("expires_at", {"Cette date est passée.", "This time has passed."});
  Made made;
  made.secret = std::string(kPrefix) + random_token(kKeyBytes);
  MONITORA_ASSIGN(made.key, keys_.create(workspace, name, made.secret.substr(0, kShownCharacters),
                                         sha256_hex(made.secret), expires_at));
  record(audit_, actor, "api_key.create", workspace, made.key.id.to_string());
  return made;
}

Status ApiKeys::revoke(const Actor& actor, const WorkspaceId& workspace, const ApiKeyId& key) {
  MONITORA_TRY(keys_.revoke(workspace, key));
  record(audit_, actor, "api_key.revoke", workspace, key.to_string());
  return {};
}

Result<ApiKey> ApiKeys::authenticate(std::string_view secret) {
  const Status refused(Code::unauthenticated, "invalid_api_key",
                       {"Cette clé n'est pas valide.", "This key is not valid."});
  if (!secret.starts_with(kPrefix) || secret.size() > 100) return refused;
  MONITORA_ASSIGN(std::optional<ApiKey> key, keys_.find(sha256_hex(secret)));
  if (!key) return refused;
  return *std::move(key);
}

}  // namespace monitora
