#include "app/external_sign_ins.h"

#include "base/log.h"
#include "base/text.h"
#include "domain/email.h"
#include "domain/sign_in_again.h"

namespace monitora {

Result<User> ExternalSignIns::authenticate(std::string_view access_token, const Client& client) {
  Result<ExternalIdentity> identity = tokens_.verify(access_token);
  if (!identity.ok()) return sign_in_again();
  const std::optional<std::string> email = normalize_email(identity->email);
  if (!email) return sign_in_again();
  identity->email = *email;

  Result<User> user = users_.find(identity->user);
  if (user.status().code() == Code::not_found) user = accounts_.adopt(*identity, client);
  MONITORA_TRY(user.status());
  if (!user->is_active) return sign_in_again();
  if (fold_case(user->email) != fold_case(*email)) {
    const Status changed = users_.set_email(user->id, *email);
    // Somebody else has it here: the person goes on under the address of before.
    if (!changed.ok())
      log::warning("the new e-mail of {} was not taken over: {}", user->id.to_string(),
                   changed.to_string());
    else
      user->email = *email;
  }
  return user;
}

}  // namespace monitora
