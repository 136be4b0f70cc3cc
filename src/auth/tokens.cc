#include "auth/tokens.h"

#include "auth/jwt.h"
#include "domain/sign_in_again.h"

namespace monitora::auth {
namespace {

// Length-prefixed, so that no two different triples give the same bytes.
std::string bound_text(const WorkspaceId& workspace, const ConversationId& conversation,
                       std::string_view visitor) {
  return workspace.to_string() + conversation.to_string() + std::to_string(visitor.size()) + ":" +
         std::string(visitor);
}

}  // namespace

AccessTokens::AccessTokens(std::string secret, const Clock& clock)
    : secret_(std::move(secret)), clock_(clock) {}

TokenIssuer::TokenId AccessTokens::new_token_id() {
  const std::string id = random_token(16);
  return {id, sha256_hex(id)};
}

Result<std::string> AccessTokens::issue(const UserId& user, const SessionId& session,
                                        const TokenId& id, Time expires_at) {
  const Time now = clock_.now();
  JwtClaims claims;
  claims.texts = {{"sub", user.to_string()}, {"sid", session.to_string()}, {"jti", id.id}};
  claims.issued_at = now;
  claims.not_before = now;
  claims.expires_at = expires_at;
  std::optional<std::string> token = sign_jwt(claims, secret_);
  if (!token) return Status::internal("libjwt could not sign a token");
  return *std::move(token);
}

Result<TokenIssuer::Claims> AccessTokens::verify(std::string_view token) const {
  const std::optional<JwtClaims> claims = verify_jwt(token, secret_, clock_.now());
  if (!claims) return sign_in_again();
  const auto text = [&](std::string_view name) {
    const auto found = claims->texts.find(name);
    return found == claims->texts.end() ? std::string() : found->second;
  };
  const std::optional<UserId> user = UserId::parse(text("sub"));
  const std::optional<SessionId> session = SessionId::parse(text("sid"));
  if (!user || !session || text("jti").empty()) return sign_in_again();
  return Claims{*user, *session, sha256_hex(text("jti"))};
}

Result<VisitorIdentity> CustomerTokens::verify(std::string_view user_token,
                                               std::string_view identity_secret) const {
  const std::optional<JwtClaims> claims = verify_jwt(user_token, identity_secret, clock_.now());
  if (!claims)
    return Status(Code::unauthenticated, "invalid_user_token",
                  {"Votre identité n'a pas pu être vérifiée. Rechargez la page.",
                   "Your identity could not be verified. Reload the page."});
  const auto email = claims->texts.find("email");
  return VisitorIdentity{claims->texts.at("sub"),
                         email == claims->texts.end() ? std::string() : email->second};
}

ConversationTokens::ConversationTokens(std::string_view secret) {
  const auto key = hmac_sha256(as_bytes(secret), as_bytes("monitora visitor session 1"));
  key_.assign(key.begin(), key.end());
}

std::string ConversationTokens::make(const WorkspaceId& workspace,
                                     const ConversationId& conversation,
                                     std::string_view visitor) const {
  return base64url(hmac_sha256(key_, as_bytes(bound_text(workspace, conversation, visitor))));
}

bool ConversationTokens::verify(std::string_view token, const WorkspaceId& workspace,
                                const ConversationId& conversation,
                                std::string_view visitor) const {
  return equal_in_constant_time(token, make(workspace, conversation, visitor));
}

}  // namespace monitora::auth
