#include "apps/chat_models.h"

#include "llm/extractive_model.h"

namespace monitora::apps {

ChatModels::ChatModels(const config::Settings& settings)
    : model_(std::make_unique<llm::ExtractiveModel>()) {}
ChatModels::~ChatModels() = default;

}  // namespace monitora::apps
