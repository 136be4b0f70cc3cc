#include "domain/account_rules.h"

#include "base/text.h"
#include "domain/email.h"

namespace monitora {

Result<std::string> read_email(std::string_view typed, std::string_view field) {
  if (std::optional<std::string> email = normalize_email(typed)) return *std::move(email);
  return Status::invalid(std::string(field),
                         {"Adresse e-mail attendue, par exemple nom@exemple.fr.",
                          "Expected an e-mail address, such as name@example.com."});
}

Status check_password(std::string_view password, bool is_common, std::string_view field) {
  if (!is_utf8(password) || password.find('\0') != std::string_view::npos || password.size() > 1024)
    return Status::invalid(
        std::string(field),
        {"Ce mot de passe est trop long ou contient des caractères interdits.",
         "This password is too long or contains characters that are not allowed."});
  if (count_characters(password) < 10)
    return Status::invalid(std::string(field),
                           {"Au moins 10 caractères.", "At least 10 characters."});
  if (is_common)
    return Status::invalid(std::string(field),
                           {"Ce mot de passe est trop courant : choisissez-en un autre.",
                            "This password is too common: choose another one."});
  return {};
}

}  // namespace monitora
