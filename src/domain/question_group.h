// Which questions ask the same.
#pragma once

#include <string>
#include <string_view>

namespace monitora {

// Questions of one group have the same words but for case, accents, their order, plurals, and words
// that say nothing (articles, politeness, "quel est"). A number, a negation, a question word or a
// name makes another group. 32 hex characters, the same from run to run.
std::string question_group(std::string_view question);

}  // namespace monitora
