// The passwords that everybody tries first.
#pragma once

#include <cstddef>
#include <string_view>

namespace monitora::auth {

// Compared without case, with 0/1/3/4/5/7/@/$/! read as letters too, and without the digits and
// marks around it: "P@ssw0rd2024!" is "password". Also runs ("1234567890", "abcdefghij"), one short
// piece repeated ("abcabcabcabc"), and rows of keyboards (azerty, qwerty). Pure.
bool is_common_password(std::string_view password);

std::size_t common_password_count();

}  // namespace monitora::auth
