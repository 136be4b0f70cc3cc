// A language model behind an OpenAI-compatible endpoint.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "ports/chat_model.h"

namespace monitora::net {
class HttpClient;
class Runtime;
}  // namespace monitora::net

namespace monitora::llm {

struct OpenAiOptions {
  using Millis = std::chrono::milliseconds;

  std::string base_url;  // LLM_BASE_URL, with /v1; trusted
  std::string api_key;   // "" sends none
  std::string model;
  Millis connect_timeout{5'000};
  Millis first_token_timeout{30'000};
  Millis idle_timeout{30'000};  // between two pieces of the answer
  Millis total_timeout{180'000};
  Millis retry_after{500};            // before the second attempt when the server names no time
  Millis longest_retry_after{3'000};  // a server that asks for more is saturated
};

// Streams, asynchronously on the Runtime: the listener is called on the I/O thread. Before the
// first token a failure to connect, a 5xx and a 429 are tried a second time; then the error is said
// as it is. Thread-safe. `runtime` and `client` must outlive the model and its calls.
class OpenAiChatModel final : public ChatModel {
 public:
  OpenAiChatModel(net::Runtime& runtime, net::HttpClient& client, OpenAiOptions options);
  ~OpenAiChatModel() override;

  std::unique_ptr<ChatCall> start(ChatRequest request,
                                  std::shared_ptr<ChatListener> listener) override;
  bool is_extractive() const override { return false; }

 private:
  struct Shared;
  class Answer;
  class Handle;
  std::shared_ptr<Shared> shared_;
};

}  // namespace monitora::llm
