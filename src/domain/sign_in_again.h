// The answer to a token that signs nobody in, whatever is wrong with it.
#pragma once

#include "base/status.h"

namespace monitora {

inline Status sign_in_again() {
  return Status(Code::unauthenticated, "invalid_token",
                {"Votre session a expiré ou n'est pas valide. Connectez-vous.",
                 "Your session has ended or is not valid. Sign in."});
}

}  // namespace monitora
