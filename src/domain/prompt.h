// The text that a language model is given.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/passage.h"
#include "domain/settings.h"

namespace monitora {

struct PromptTurn {
  std::string question;
  std::string answer;
};

struct PromptInput {
  std::string chatbot_name;
  std::string language;             // "fr" or "en": the answer's
  std::string system_prompt;        // the workspace's own words, taken as they are; may be empty
  std::vector<Passage> passages;    // numbered from 1
  std::vector<PromptTurn> history;  // oldest first
  std::string question;
};

// Instructions and passages. Passages and their file names are data: they stand between markers
// with a random boundary that their text cannot contain, and the instructions say so.
std::string system_message(const PromptInput& input);

// "I have not found…", in the answer's language; the workspace's fallback_message wins.
std::string fallback_answer(const RagConfig& config, const std::string& language);

}  // namespace monitora
