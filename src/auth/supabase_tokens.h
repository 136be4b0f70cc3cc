// The access tokens of a Supabase project, during the transition.
#pragma once

#include <string>

#include "base/clock.h"
#include "ports/security.h"

namespace monitora::auth {

// Claims as Supabase's GoTrue writes them: HS256 with the project's secret, `aud` (a text or a
// list) naming "authenticated", role "authenticated", `iss` <project>/auth/v1, `sub` the id in
// auth.users, `email`, `user_metadata`.full_name or .name. Thread-safe; the clock outlives it.
class SupabaseTokens final : public ExternalTokenVerifier {
 public:
  // `project_url` without a final slash; "" accepts every issuer.
  SupabaseTokens(std::string secret, std::string_view project_url, const Clock& clock);
  Result<ExternalIdentity> verify(std::string_view access_token) const override;

 private:
  const std::string secret_;
  const std::string issuer_;
  const Clock& clock_;
};

}  // namespace monitora::auth
