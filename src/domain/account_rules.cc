#include "domain/account_rules.h"

#include <algorithm>

#include "base/text.h"

namespace monitora {

Status check_email(std::string_view email, std::string_view field) {
  const std::size_t at = email.rfind('@');
  const bool shaped = at != std::string_view::npos && at > 0 && email.find('@') == at &&
                      email.find('.', at) != std::string_view::npos && email[at + 1] != '.' &&
                      email.back() != '.';
  const bool clean = is_utf8(email) && std::none_of(email.begin(), email.end(), [](char c) {
                       return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == ',' ||
                              c == ';' || c == '<' || c == '>' || c == '"';
                     });
  if (shaped && clean && count_characters(email) <= 255) return {};
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
