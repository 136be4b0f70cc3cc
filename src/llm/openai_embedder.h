// Embeddings from an OpenAI-compatible endpoint.
#pragma once

#include <chrono>
#include <memory>
#include <semaphore>
#include <string>

#include "ports/embedder.h"

namespace monitora::net {
class HttpClient;
}

namespace monitora::llm {

struct OpenAiEmbedderOptions {
  std::string base_url;  // with /v1; trusted
  std::string api_key;   // "" sends none
  std::string model;
  int max_tokens = 512;                       // what the model reads of a text
  std::size_t batch = 64;                     // texts a request
  std::chrono::milliseconds timeout{30'000};  // of one request
  std::chrono::milliseconds retry_after{500};
};

// Blocks the calling worker, within Deadline::current(). At most four requests at a time. `client`
// must outlive it. Names with "e5" get that family's query: and passage: prefixes.
class OpenAiEmbedder final : public Embedder {
 public:
  // Asks the endpoint for one embedding to learn the dimension. upstream_failed
  // `embedding_unavailable`.
  static Result<std::unique_ptr<OpenAiEmbedder>> create(net::HttpClient& client,
                                                        OpenAiEmbedderOptions options);

  const std::string& model() const override { return options_.model; }
  int dimension() const override { return dimension_; }
  int max_tokens() const override { return options_.max_tokens; }
  Result<std::vector<Vector>> embed(Kind kind, std::span<const std::string_view> texts) override;
  // An estimate: the endpoint counts with a tokeniser that we do not have. Three characters a token
  // is on the safe side for French and English.
  int count_tokens(std::string_view text) const override;

 private:
  OpenAiEmbedder(net::HttpClient& client, OpenAiEmbedderOptions options)
      : client_(client), options_(std::move(options)) {}
  Result<std::vector<Vector>> request(const std::vector<std::string>& texts);

  static constexpr int kCharactersPerToken = 3;
  net::HttpClient& client_;
  const OpenAiEmbedderOptions options_;
  int dimension_ = 0;  // 0 until the probe has answered
  std::counting_semaphore<4> slots_{4};
};

}  // namespace monitora::llm
