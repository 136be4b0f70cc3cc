// The models of the settings: who writes answers and who makes vectors, with the network they need.
#pragma once

#include <memory>

#include "config/settings.h"
#include "net/http_client.h"
#include "net/runtime.h"
#include "ports/chat_model.h"
#include "ports/embedder.h"

namespace monitora::apps {

struct Models {
  std::unique_ptr<net::Runtime> runtime;
  // For the operator's own endpoints (LLM_BASE_URL, EMBEDDING_MODEL), which are trusted.
  std::unique_ptr<net::HttpClient> client;
  std::unique_ptr<ChatModel> chat;  // extracts where LLM_BASE_URL names no language model
  std::shared_ptr<Embedder> embedder;
};

Result<Models> load_models(const config::Settings& settings);

}  // namespace monitora::apps
