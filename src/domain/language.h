// Which of the product's languages a text is written in. Pure; no tables beside the code.
#pragma once

#include <string_view>

namespace monitora {

enum class Language { french, english, other };

// Judged by the most frequent words of each language (and, between equals, by the letters that only
// French writes). Works from one short question up; `other` when neither language shows, which
// includes texts without any word (prices, codes). Reads at most the first 20,000 bytes.
Language detect_language(std::string_view utf8);

// "fr", "en" or "".
std::string_view language_code(Language language);

}  // namespace monitora
