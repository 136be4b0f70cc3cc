// What an e-mail address and a password must be. Pure; `field` is the wrong field's name on the
// wire.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace monitora {

// The address as it is stored (domain/email.h), or invalid.
Result<std::string> read_email(std::string_view typed, std::string_view field = "email");
// At least 10 characters, at most 1,024 bytes; `is_common` says that it is on the list of those
// that everybody tries first.
Status check_password(std::string_view password, bool is_common,
                      std::string_view field = "password");

}  // namespace monitora
