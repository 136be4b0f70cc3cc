// E-mail addresses, as far as a program can judge them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace monitora {

// Trimmed; nothing unless it is one local part, one @ and a domain with a dot, without spaces or
// controls, in at most 254 bytes (RFC 5321). Letters keep their case: comparing is the store's.
std::optional<std::string> normalize_email(std::string_view typed);

}  // namespace monitora
