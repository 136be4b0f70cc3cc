// Which of the product's two languages a text is in.
#pragma once

#include <string>
#include <string_view>

namespace monitora {

// "fr", "en", or "" when the text is too short to say or in another language. By the frequent small
// words and the accented letters of each; a few words are enough. Pure, linear in the text's length
// (only its first 4,000 bytes are read).
std::string_view detect_language(std::string_view utf8);

// The language to answer in: the configured one, else the question's, else the fallback.
std::string answer_language(std::string_view configured, std::string_view question,
                            std::string_view fallback);

}  // namespace monitora
