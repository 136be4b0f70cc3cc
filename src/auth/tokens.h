// Signed tokens: HS256 only, whatever a token's own header says.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/crypto.h"
#include "ports/security.h"

namespace monitora::auth {

// The server's access tokens. `secret` has at least 32 bytes; the clock outlives the object.
class AccessTokens final : public TokenIssuer {
 public:
  AccessTokens(std::string secret, const Clock& clock);
  TokenId new_token_id() override;
  Result<std::string> issue(const UserId& user, const SessionId& session, const TokenId& id,
                            Time expires_at) override;
  Result<Claims> verify(std::string_view token) const override;

 private:
  const std::string secret_;
  const Clock& clock_;
};

// Tokens that customers' sites sign for their visitors.
class CustomerTokens final : public IdentityVerifier {
 public:
  explicit CustomerTokens(const Clock& clock) : clock_(clock) {}
  Result<VisitorIdentity> verify(std::string_view user_token,
                                 std::string_view identity_secret) const override;

 private:
  const Clock& clock_;
};

// The right to continue a conversation, keyed by one derived from `secret`.
class ConversationTokens final : public VisitorTokens {
 public:
  explicit ConversationTokens(std::string_view secret);
  std::string make(const WorkspaceId& workspace, const ConversationId& conversation,
                   std::string_view visitor) const override;
  bool verify(std::string_view token, const WorkspaceId& workspace,
              const ConversationId& conversation, std::string_view visitor) const override;

 private:
  Bytes key_;
};

}  // namespace monitora::auth
