// Requests of people whom another system has signed in: AUTH_MODE=supabase.
#pragma once

#include <string_view>

#include "app/accounts.h"

namespace monitora {

// Thread-safe. The parts outlive it.
class ExternalSignIns {
 public:
  ExternalSignIns(const ExternalTokenVerifier& tokens, UserStore& users, Accounts& accounts)
      : tokens_(tokens), users_(users), accounts_(accounts) {}

  // The active account of a valid token, made at its first sight; a changed e-mail is taken over.
  // unauthenticated `invalid_token` for any other token and for a disabled account; the errors of
  // Accounts::adopt() for a newcomer.
  Result<User> authenticate(std::string_view access_token, const Client& client);

 private:
  const ExternalTokenVerifier& tokens_;
  UserStore& users_;
  Accounts& accounts_;
};

}  // namespace monitora
