// OpenAI's JSON, as it is really spoken: by OpenAI, Mistral, Groq, vLLM, Ollama, llama.cpp. Pure
// functions.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "ports/chat_model.h"
#include "ports/embedder.h"

namespace monitora::llm {

// What not every server takes; learnt from its refusals.
struct OpenAiQuirks {
  bool stream_options = true;          // {"include_usage": true}
  bool max_completion_tokens = false;  // the newer name of max_tokens
  bool sampling = true;                // temperature and top_p
  bool operator==(const OpenAiQuirks&) const = default;
};

// The body of POST …/chat/completions, streaming.
std::string chat_request_body(const ChatRequest& request, const std::string& model,
                              const OpenAiQuirks& quirks);
// What to leave out after this refusal (a 400 or 422 and its body); the same when that is not the
// reason.
OpenAiQuirks learn(OpenAiQuirks quirks, std::string_view refusal);

// One `data:` of a chat stream, or a whole reply to a request that was not streamed.
struct ChatChunk {
  std::string
      content;  // "" for role-only, reasoning and usage chunks; maybe cut inside a character
  bool finished = false;
  bool cut = false;  // … because max_tokens was reached
  std::string model;
  std::optional<int> prompt_tokens;
  std::optional<int> completion_tokens;
};
// upstream_failed `model_unavailable` for what is no JSON object of this kind, or is an error.
Result<ChatChunk> parse_chat_chunk(std::string_view json);

std::string embeddings_request_body(const std::string& model,
                                    const std::vector<std::string>& texts);
// One normalised vector a text, in the order of the texts. upstream_failed `embedding_unavailable`.
Result<std::vector<Vector>> parse_embeddings(std::string_view json, std::size_t count);

// Gives out whole characters of text that comes cut anywhere. Ill-formed bytes become U+FFFD.
class CharacterJoiner {
 public:
  std::string push(std::string_view bytes);  // what is complete by now
  std::string finish();                      // what was left, as U+FFFD
 private:
  std::string rest_;
};

Status model_unavailable(std::string detail);

}  // namespace monitora::llm
