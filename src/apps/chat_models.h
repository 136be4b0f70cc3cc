// The ChatModel of the settings: a language model where LLM_BASE_URL names one, extracts otherwise.
#pragma once

#include <memory>

#include "config/settings.h"
#include "ports/chat_model.h"

namespace monitora::apps {

class ChatModels {
 public:
  explicit ChatModels(const config::Settings& settings);
  ~ChatModels();
  ChatModel& model() { return *model_; }

 private:
  std::unique_ptr<ChatModel> model_;
};

}  // namespace monitora::apps
