#include "apps/models.h"

#include <filesystem>

#include "llm/embedding_model.h"
#include "llm/extractive_model.h"
#include "llm/openai_chat_model.h"
#include "llm/openai_embedder.h"

namespace monitora::apps {
namespace {

std::filesystem::path built_in_model() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path beside = program.parent_path() / "../share/monitora/e5-small-q4.bin";
  if (!error && std::filesystem::exists(beside, error)) return beside;
  return std::filesystem::path(MONITORA_DEPS) / "model/e5-small-q4.bin";
}

// EMBEDDING_MODEL: "builtin", a file of that model, or "https://host/v1#model" for an endpoint.
Result<std::shared_ptr<Embedder>> load_embedder(const config::Settings& settings,
                                                net::HttpClient& client) {
  const std::string& name = settings.embedding_model;
  if (name.empty() || name == "builtin") return llm::load_builtin_embedder(built_in_model());
  if (!name.starts_with("http://") && !name.starts_with("https://"))
    return llm::load_builtin_embedder(name);
  llm::OpenAiEmbedderOptions options;
  const std::size_t hash = name.find('#');
  options.base_url = name.substr(0, hash);
  if (hash != std::string::npos) options.model = name.substr(hash + 1);
  options.api_key = settings.llm_api_key;
  MONITORA_ASSIGN(std::unique_ptr<llm::OpenAiEmbedder> embedder,
                  llm::OpenAiEmbedder::create(client, options));
  return std::shared_ptr<Embedder>(std::move(embedder));
}

}  // namespace

Result<Models> load_models(const config::Settings& settings) {
  Models models;
  models.runtime = std::make_unique<net::Runtime>();
  models.client = std::make_unique<net::HttpClient>(*models.runtime, net::AddressGuard::trusting());
  if (settings.llm_base_url.empty()) {
    models.chat = std::make_unique<llm::ExtractiveModel>();
  } else {
    llm::OpenAiOptions options;
    options.base_url = settings.llm_base_url;
    options.api_key = settings.llm_api_key;
    options.model = settings.llm_model;
    models.chat = std::make_unique<llm::OpenAiChatModel>(*models.runtime, *models.client, options);
  }
  MONITORA_ASSIGN(models.embedder, load_embedder(settings, *models.client));
  return models;
}

}  // namespace monitora::apps
