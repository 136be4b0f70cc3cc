#include "llm/openai_wire.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "base/text.h"
#include "domain/json_text.h"

namespace monitora::llm {
namespace json = boost::json;

namespace {

// Bytes of a refusal or of strange input worth a line in the log.
constexpr std::size_t kQuoted = 300;

const json::value* member(const json::value* value, std::string_view name) {
  if (!value || !value->is_object()) return nullptr;
  return value->get_object().if_contains(name);
}

const json::value* first(const json::value* value) {
  if (!value || !value->is_array() || value->get_array().empty()) return nullptr;
  return &value->get_array().front();
}

std::string text_of(const json::value* value) {
  if (!value) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (!value->is_array()) return {};
  std::string all;  // Mistral: a list of typed pieces, thinking among them
  for (const json::value& piece : value->get_array()) {
    const json::value* type = member(&piece, "type");
    if (type && type->is_string() && type->get_string() == "text")
      all += text_of(member(&piece, "text"));
  }
  return all;
}

std::optional<int> number_of(const json::value* value) {
  if (!value || !value->is_number()) return std::nullopt;
  boost::system::error_code error;
  const int number = value->to_number<int>(error);
  return error ? std::nullopt : std::optional(number);
}

Result<json::value> parse(std::string_view text, std::string_view key, const Sentence& sentence) {
  json::parse_options options;
  options.max_depth = 32;
  options.allow_invalid_utf8 = true;  // a character cut between two events; put together later
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) {
    return Status(Code::upstream_failed, key, sentence,
                  "not JSON: " + to_utf8(text.substr(0, kQuoted)));
  }
  return value;
}

const Sentence kModelSentence = {
    "Le modèle de langage est indisponible pour le moment. Réessayez dans un instant.",
    "The language model is unavailable at the moment. Try again shortly."};
const Sentence kEmbeddingSentence = {
    "Le service d'indexation (embeddings) est indisponible pour le moment.",
    "The embedding service is unavailable at the moment."};

std::string_view role_name(Role role) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::assistant:
      return "assistant";
    case Role::user:
      break;
  }
  return "user";
}

}  // namespace

Status model_unavailable(std::string detail) {
  return Status(Code::upstream_failed, "model_unavailable", kModelSentence, std::move(detail));
}

std::string chat_request_body(const ChatRequest& request, const std::string& model,
                              const OpenAiQuirks& quirks) {
  json::array messages;
  for (const PromptMessage& message : request.messages) {
    messages.push_back({{"role", role_name(message.role)}, {"content", message.content}});
  }
  json::object body{{"model", request.model.empty() ? model : request.model},
                    {"messages", std::move(messages)},
                    {"stream", true}};
  body[quirks.max_completion_tokens ? "max_completion_tokens" : "max_tokens"] = request.max_tokens;
  if (quirks.stream_options) body["stream_options"] = {{"include_usage", true}};
  if (quirks.sampling) {
    body["temperature"] = request.temperature;
    body["top_p"] = request.top_p;
  }
  return json_text(body);
}

OpenAiQuirks learn(OpenAiQuirks quirks, std::string_view refusal) {
  if (refusal.find("max_completion_tokens") != std::string_view::npos) {
    quirks.max_completion_tokens = true;
  } else if (refusal.find("stream_options") != std::string_view::npos) {
    quirks.stream_options = false;
  } else if (refusal.find("temperature") != std::string_view::npos ||
             refusal.find("top_p") != std::string_view::npos) {
    quirks.sampling = false;
  }
  return quirks;
}

Result<ChatChunk> parse_chat_chunk(std::string_view text) {
  MONITORA_ASSIGN(const json::value value, parse(text, "model_unavailable", kModelSentence));
  const json::value* error = member(&value, "error");
  if (!value.is_object() || (error && !error->is_null())) {
    return model_unavailable("the model's server says: " + to_utf8(text.substr(0, kQuoted)));
  }
  ChatChunk chunk;
  const json::value* choice = first(member(&value, "choices"));
  const json::value* delta = member(choice, "delta");
  if (!delta || delta->is_null()) delta = member(choice, "message");
  chunk.content = text_of(member(delta, "content"));
  const json::value* reason = member(choice, "finish_reason");
  chunk.finished = reason && !reason->is_null();
  chunk.cut = text_of(reason) == "length";
  chunk.model = text_of(member(&value, "model"));
  const json::value* usage = member(&value, "usage");
  if (!usage || usage->is_null()) usage = member(member(&value, "x_groq"), "usage");
  chunk.prompt_tokens = number_of(member(usage, "prompt_tokens"));
  chunk.completion_tokens = number_of(member(usage, "completion_tokens"));
  return chunk;
}

std::string embeddings_request_body(const std::string& model,
                                    const std::vector<std::string>& texts) {
  json::array input;
  for (const std::string& text : texts) input.emplace_back(text);
  return json::serialize(json::object{{"model", model}, {"input", std::move(input)}});
}

Result<std::vector<Vector>> parse_embeddings(std::string_view text, std::size_t count) {
  const auto bad = [](std::string detail) {
    return Status(Code::upstream_failed, "embedding_unavailable", kEmbeddingSentence,
                  std::move(detail));
  };
  MONITORA_ASSIGN(const json::value value,
                  parse(text, "embedding_unavailable", kEmbeddingSentence));
  const json::value* data = member(&value, "data");
  if (!data || !data->is_array() || data->get_array().size() != count) {
    return bad("unexpected reply: " + to_utf8(text.substr(0, kQuoted)));
  }
  std::vector<Vector> vectors(count);
  for (std::size_t i = 0; i < count; ++i) {
    const json::value& item = data->get_array()[i];
    const auto index =
        static_cast<std::size_t>(number_of(member(&item, "index")).value_or(static_cast<int>(i)));
    const json::value* embedding = member(&item, "embedding");
    if (index >= count || !vectors[index].empty() || !embedding || !embedding->is_array()) {
      return bad("an embedding is missing");
    }
    double square = 0;
    for (const json::value& number : embedding->get_array()) {
      boost::system::error_code error;
      const double component = number.to_number<double>(error);
      if (error || !std::isfinite(component))
        return bad("an embedding with something else than numbers");
      square += component * component;
      vectors[index].push_back(static_cast<float>(component));
    }
    if (square <= 0) return bad("an embedding of zeros");
    const auto scale = static_cast<float>(1 / std::sqrt(square));
    for (float& component : vectors[index]) component *= scale;
  }
  for (const Vector& vector : vectors) {
    if (vector.size() != vectors[0].size()) return bad("embeddings of different lengths");
  }
  return vectors;
}

std::string CharacterJoiner::push(std::string_view bytes) {
  rest_.append(bytes);
  // At most the last three bytes can be the beginning of a character still to come.
  std::size_t cut = rest_.size();
  for (std::size_t back = 1; back <= 3 && back <= rest_.size(); ++back) {
    const auto byte = static_cast<unsigned char>(rest_[rest_.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;  // a continuation: look further left
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    if (length > back) cut = rest_.size() - back;
    break;
  }
  std::string whole = to_utf8(std::string_view(rest_).substr(0, cut));
  rest_.erase(0, cut);
  return whole;
}

std::string CharacterJoiner::finish() {
  std::string whole = to_utf8(rest_);
  rest_.clear();
  return whole;
}

}  // namespace monitora::llm
