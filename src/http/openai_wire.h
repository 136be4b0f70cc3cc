// What OpenAI's clients send and expect: chat completions, embeddings, errors. Pure functions,
// after the published API reference; docs/api.md says what is taken, ignored and refused.
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/chat.h"
#include "domain/prompt.h"
#include "http/response.h"
#include "ports/embedder.h"

namespace monitora::http {

// {"error": {"message", "type", "param", "code"}} with the status that OpenAI's clients know.
Response openai_error(const Status& status, std::string_view language, std::string_view request_id);
// The same without a response, for a stream that has begun.
boost::json::object openai_error_json(const Status& status, std::string_view language);

struct CompletionRequest {
  std::string model;
  std::string question;             // the last message
  std::string instructions;         // of system and developer messages; may be empty
  std::vector<PromptTurn> history;  // what was said before, oldest first
  bool stream = false;
  bool include_usage = false;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<int> max_tokens;

  // All that the client sent as one text, for counting its tokens.
  std::string whole_text() const;
};
// Status::invalid names the parameter that is wrong, or that would change the meaning of the answer
// and is not supported.
Result<CompletionRequest> parse_completion(const boost::json::object& body);

struct EmbeddingsRequest {
  std::string model;
  std::vector<std::string> input;
  Embedder::Kind kind = Embedder::Kind::query;
  bool base64 = false;
};
// `dimension` and `model` are the embedder's.
Result<EmbeddingsRequest> parse_embeddings(const boost::json::object& body, int dimension);
boost::json::object embeddings_json(const std::string& model, const std::vector<Vector>& vectors,
                                    bool base64, int tokens);

struct TokenUsage {
  int prompt_tokens = 0;
  int completion_tokens = 0;
  bool by_model = false;  // as the language model's server says; else counted here
};
boost::json::object to_json(const TokenUsage& usage);

// One completion on the wire.
class CompletionWriter {
 public:
  // `model` as the client asked for it, so that it recognises it. `created` in seconds since 1970.
  CompletionWriter(std::string id, std::string model, std::int64_t created, bool include_usage)
      : id_(std::move(id)),
        model_(std::move(model)),
        created_(created),
        include_usage_(include_usage) {}

  boost::json::object whole(const ChatAnswer& answer, const TokenUsage& usage) const;

  // A stream's chunks: the role, text any number of times, the end with its sources, and the usage
  // where it was asked for.
  boost::json::object first() const;
  boost::json::object text(std::string_view content) const;
  boost::json::object last(const ChatAnswer& answer) const;
  std::optional<boost::json::object> usage(const TokenUsage& usage) const;

 private:
  boost::json::object head(std::string_view object) const;
  boost::json::object chunk(boost::json::object delta, std::string_view finish_reason) const;

  std::string id_;
  std::string model_;
  std::int64_t created_;
  bool include_usage_;
};

}  // namespace monitora::http
