#include "llm/openai_embedder.h"

#include <algorithm>

#include "base/deadline.h"
#include "base/text.h"
#include "llm/openai_wire.h"
#include "net/http_client.h"

namespace monitora::llm {
namespace {

Status unavailable(std::string detail) {
  return Status(Code::upstream_failed, "embedding_unavailable",
                {"Le service d'indexation (embeddings) est indisponible pour le moment.",
                 "The embedding service is unavailable at the moment."},
                std::move(detail));
}

Status out_of_time() {
  if (Deadline::current().stop().stop_requested()) return Status::cancelled();
  return Status(Code::deadline_exceeded, "deadline_exceeded",
                {"La réponse a pris trop de temps.", "The answer took too long."},
                "embedding endpoint");
}

bool ends_here(const Status& status) {
  return status.code() == Code::cancelled || status.code() == Code::deadline_exceeded;
}

// Waits for `time` or the end of the deadline, whichever comes first.
void pause(std::chrono::milliseconds time) {
  std::binary_semaphore stopped(0);
  const Deadline& deadline = Deadline::current();
  const std::stop_callback on_stop(deadline.stop(), [&stopped] { stopped.release(); });
  (void)stopped.try_acquire_for(deadline.left(time));
}

}  // namespace

Result<std::unique_ptr<OpenAiEmbedder>> OpenAiEmbedder::create(net::HttpClient& client,
                                                               OpenAiEmbedderOptions options) {
  auto embedder = std::unique_ptr<OpenAiEmbedder>(new OpenAiEmbedder(client, std::move(options)));
  MONITORA_ASSIGN(const auto probe, embedder->request({"probe"}));
  embedder->dimension_ = static_cast<int>(probe[0].size());
  return embedder;
}

Result<std::vector<Vector>> OpenAiEmbedder::embed(Kind kind,
                                                  std::span<const std::string_view> texts) {
  const bool prefixed = lower(options_.model).find("e5") != std::string::npos;
  const std::string_view prefix = !prefixed ? "" : kind == Kind::query ? "query: " : "passage: ";
  std::vector<Vector> vectors;
  vectors.reserve(texts.size());
  for (std::size_t from = 0; from < texts.size(); from += options_.batch) {
    std::vector<std::string> batch;
    for (const std::string_view text :
         texts.subspan(from, std::min(options_.batch, texts.size() - from))) {
      const auto most = static_cast<std::size_t>(options_.max_tokens) * kCharactersPerToken;
      batch.push_back(std::string(prefix) + to_utf8(character_prefix(text, most)));
    }
    MONITORA_ASSIGN(auto part, request(batch));
    std::move(part.begin(), part.end(), std::back_inserter(vectors));
  }
  return vectors;
}

int OpenAiEmbedder::count_tokens(std::string_view text) const {
  return static_cast<int>(count_characters(text)) / kCharactersPerToken + 2;
}

Result<std::vector<Vector>> OpenAiEmbedder::request(const std::vector<std::string>& texts) {
  const Deadline& deadline = Deadline::current();
  // Waiting is cut into pieces because a semaphore cannot be woken by a stop token.
  while (!slots_.try_acquire_for(deadline.left(std::chrono::milliseconds(50)))) {
    if (deadline.expired()) return out_of_time();
  }
  struct Release {
    std::counting_semaphore<4>& slots;
    ~Release() { slots.release(); }
  } const release{slots_};
  net::HttpRequest http;
  http.method = "POST";
  http.url = options_.base_url + (options_.base_url.ends_with('/') ? "embeddings" : "/embeddings");
  http.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  if (!options_.api_key.empty())
    http.headers.emplace_back("Authorization", "Bearer " + options_.api_key);
  http.body = embeddings_request_body(options_.model, texts);
  http.max_response = 64 << 20;
  http.first_byte_timeout = options_.timeout;
  http.total_timeout = options_.timeout;
  Status last;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (attempt > 0) pause(options_.retry_after);
    if (deadline.expired()) return out_of_time();
    const auto response = client_.fetch(http);
    if (!response.ok()) {
      if (ends_here(response.status())) return response.status();
      last = unavailable(response.status().to_string());
      continue;
    }
    if (response->status == 200) {
      MONITORA_ASSIGN(auto vectors, parse_embeddings(response->body, texts.size()));
      if (dimension_ != 0 && static_cast<int>(vectors[0].size()) != dimension_) {
        return unavailable("the dimension changed to " + std::to_string(vectors[0].size()));
      }
      return vectors;
    }
    last = unavailable(std::to_string(response->status) + ": " +
                       to_utf8(std::string_view(response->body).substr(0, 300)));
    if (response->status != 429 && response->status < 500) return last;
  }
  return last;
}

}  // namespace monitora::llm
