#include "http/openai_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/json.hpp>
#include <cmath>

#include "base/crypto.h"
#include "base/text.h"
#include "domain/settings.h"
#include "http/chat_wire.h"
#include "http/handlers_chat.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostMessages = 1000;
constexpr std::size_t kLongestInstructions = 16'000;  // characters
constexpr std::size_t kMostInputs = 256;
constexpr int kMostTokens = 8192;  // an answer's, as in a workspace's own settings

const json::value* given(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Status wrong(std::string name, std::string fr, std::string en) {
  return Status::invalid(std::move(name), {std::move(fr), std::move(en)});
}

Status unsupported(std::string_view name) {
  return wrong(std::string(name), fmt::format("« {} » n'est pas pris en charge ici.", name),
               fmt::format("\"{}\" is not supported here.", name));
}

Result<std::string> clean_text(std::string_view text, const std::string& name) {
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return wrong(name, "Ce texte contient des caractères interdits.",
                 "This text contains characters that are not allowed.");
  return std::string(text);
}

Result<std::string> model_of(const json::object& body) {
  const json::value* value = given(body, "model");
  if (value == nullptr || !value->is_string() || is_blank(value->as_string()))
    return wrong("model", "Indiquez l'identifiant ou le nom de l'espace.",
                 "Give the workspace's id or name.");
  return clean_text(value->as_string(), "model");
}

Result<bool> flag(const json::object& body, std::string_view name, const std::string& full_name) {
  const json::value* value = given(body, name);
  if (value == nullptr) return false;
  if (!value->is_bool())
    return wrong(full_name, "Valeur attendue : vrai ou faux.", "Expected true or false.");
  return value->as_bool();
}

Result<std::optional<double>> number(const json::object& body, std::string_view name, double least,
                                     double most) {
  const json::value* value = given(body, name);
  if (value == nullptr) return std::optional<double>();
  boost::system::error_code error;
  const auto read = value->to_number<double>(error);
  if (error || !(read >= least && read <= most))
    return wrong(std::string(name),
                 fmt::format("Valeur attendue : un nombre de {} à {}.", least, most),
                 fmt::format("Expected a number from {} to {}.", least, most));
  return std::optional(read);
}

Result<std::optional<int>> most_tokens(const json::object& body) {
  for (const std::string_view name : {"max_completion_tokens", "max_tokens"}) {
    const json::value* value = given(body, name);
    if (value == nullptr) continue;
    boost::system::error_code error;
    const auto read = value->to_number<std::int64_t>(error);
    if (error || value->is_double() || read < 1)
      return wrong(std::string(name), "Valeur attendue : un nombre entier positif.",
                   "Expected a positive whole number.");
    return std::optional(static_cast<int>(std::min<std::int64_t>(read, kMostTokens)));
  }
  return std::optional<int>();
}

// A message's text: a string, or parts that are all text. Nothing for null.
Result<std::optional<std::string>> content_of(const json::object& message,
                                              const std::string& name) {
  const json::value* content = given(message, "content");
  if (content == nullptr) return std::optional<std::string>();
  if (content->is_string()) {
    MONITORA_ASSIGN(std::string text, clean_text(content->as_string(), name));
    return std::optional(std::move(text));
  }
  if (!content->is_array())
    return wrong(name, "Valeur attendue : un texte ou une liste de parties.",
                 "Expected a text or a list of parts.");
  std::string text;
  for (const json::value& part : content->as_array()) {
    const json::object* object = part.if_object();
    const json::value* type = object ? object->if_contains("type") : nullptr;
    const json::value* words = object ? object->if_contains("text") : nullptr;
    if (type == nullptr || *type != "text" || words == nullptr || !words->is_string())
      return wrong(name, "Seules les parties de type « text » sont comprises.",
                   "Only parts of the type \"text\" are understood.");
    MONITORA_ASSIGN(const std::string clean, clean_text(words->as_string(), name));
    if (!text.empty()) text += '\n';
    text += clean;
  }
  return std::optional(std::move(text));
}

void add_paragraph(std::string& text, const std::string& more) {
  if (is_blank(more)) return;
  if (!text.empty()) text += "\n\n";
  text += more;
}

Status read_message(const json::value& value, std::size_t index, bool is_last,
                    CompletionRequest& out) {
  const std::string name = fmt::format("messages[{}]", index);
  const json::object* message = value.if_object();
  const json::value* role = message ? given(*message, "role") : nullptr;
  if (role == nullptr || !role->is_string())
    return wrong(name + ".role", "Un message a un rôle (role).", "A message has a role.");
  const std::string_view who = role->as_string();
  MONITORA_ASSIGN(const std::optional<std::string> content,
                  content_of(*message, name + ".content"));
  if (is_last && who != "user")
    return wrong(name + ".role", "Le dernier message est la question : son rôle est « user ».",
                 "The last message is the question: its role is \"user\".");
  if (who == "system" || who == "developer") {
    add_paragraph(out.instructions, content.value_or(""));
    if (count_characters(out.instructions) > kLongestInstructions)
      return wrong(name + ".content",
                   fmt::format("Consignes : {} caractères au plus.", kLongestInstructions),
                   fmt::format("Instructions: at most {} characters.", kLongestInstructions));
  } else if (who == "user") {
    if (!content)
      return wrong(name + ".content", "Ce message n'a pas de texte.", "This message has no text.");
    if (is_last)
      out.question = *content;
    else
      out.history.push_back({*content, {}});
  } else if (who == "assistant") {
    // What was said before the first question answers nothing.
    if (!out.history.empty()) add_paragraph(out.history.back().answer, content.value_or(""));
  } else if (who != "tool" && who != "function") {  // results of tools that we do not have
    return wrong(name + ".role", "Rôle attendu : system, developer, user, assistant ou tool.",
                 "Expected role: system, developer, user, assistant or tool.");
  }
  return {};
}

Status read_messages(const json::object& body, CompletionRequest& out) {
  const json::value* value = given(body, "messages");
  if (value == nullptr || !value->is_array() || value->as_array().empty())
    return wrong("messages", "Donnez une liste de messages, la question en dernier.",
                 "Give a list of messages, the question last.");
  const json::array& messages = value->as_array();
  if (messages.size() > kMostMessages)
    return wrong("messages", fmt::format("{} messages au plus.", kMostMessages),
                 fmt::format("At most {} messages.", kMostMessages));
  for (std::size_t i = 0; i < messages.size(); ++i)
    MONITORA_TRY(read_message(messages[i], i, i + 1 == messages.size(), out));
  const std::string last = fmt::format("messages[{}].content", messages.size() - 1);
  if (is_blank(out.question)) return wrong(last, "Écrivez une question.", "Write a question.");
  if (count_characters(out.question) > kLongestMessage)
    return wrong(last, fmt::format("Une question a {} caractères au plus.", kLongestMessage),
                 fmt::format("A question has at most {} characters.", kLongestMessage));
  return {};
}

// What would make an answer that means something else, and what says only what is done anyway.
Status refuse_other_meanings(const json::object& body) {
  const auto is_empty = [](const json::value& value) {
    return (value.is_array() && value.as_array().empty()) ||
           (value.is_object() && value.as_object().empty()) ||
           (value.is_string() && value.as_string().empty());
  };
  for (const std::string_view name :
       {"tools", "functions", "stop", "logit_bias", "audio", "web_search_options"})
    if (const json::value* value = given(body, name); value && !is_empty(*value))
      return unsupported(name);
  if (const json::value* n = given(body, "n"); n && *n != 1) return unsupported("n");
  if (const json::value* wanted = given(body, "logprobs"); wanted && *wanted != false)
    return unsupported("logprobs");
  if (const json::value* wanted = given(body, "top_logprobs"); wanted && *wanted != 0)
    return unsupported("top_logprobs");
  if (const json::value* kinds = given(body, "modalities"); kinds && *kinds != json::array{"text"})
    return unsupported("modalities");
  if (const json::value* format = given(body, "response_format")) {
    const json::object* object = format->if_object();
    const json::value* type = object ? object->if_contains("type") : nullptr;
    if (type == nullptr || *type != "text") return unsupported("response_format");
  }
  return {};
}

std::string_view error_type(int status) {
  if (status == 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

}  // namespace

json::object openai_error_json(const Status& status, std::string_view language) {
  const Status shown = shown_to_clients(status);
  const auto say = [&](const Sentence& sentence) {
    return language == "en" ? sentence.en : sentence.fr;
  };
  json::object error{{"message", say(shown.sentence())},
                     {"type", error_type(http_status(status))},
                     {"param", nullptr},
                     {"code", shown.key()}};
  if (!shown.fields().empty()) {
    const FieldError& field = shown.fields().front();
    error["message"] = field.field + ": " + say(field.message);
    error["param"] = field.field;
  }
  if (shown.key() == "model_not_found") error["param"] = "model";
  if (shown.key() == "too_many_requests") error["code"] = "rate_limit_exceeded";
  return {{"error", std::move(error)}};
}

Response openai_error(const Status& status, std::string_view language,
                      std::string_view request_id) {
  // Log, status and headers are those of every other error; the words are in another place.
  Response response = Response::error(status, language, request_id);
  if (response.status == 422) response.status = 400;
  response.body = json::serialize(openai_error_json(status, language));
  return response;
}

std::string CompletionRequest::whole_text() const {
  std::string all = instructions;
  for (const PromptTurn& turn : history)
    all.append("\n").append(turn.question).append("\n").append(turn.answer);
  return all.append("\n").append(question);
}

Result<CompletionRequest> parse_completion(const json::object& body) {
  CompletionRequest out;
  MONITORA_ASSIGN(out.model, model_of(body));
  MONITORA_TRY(read_messages(body, out));
  MONITORA_TRY(refuse_other_meanings(body));
  MONITORA_ASSIGN(out.stream, flag(body, "stream", "stream"));
  if (const json::value* options = given(body, "stream_options")) {
    if (!options->is_object())
      return wrong("stream_options", "Valeur attendue : un objet.", "Expected an object.");
    MONITORA_ASSIGN(out.include_usage,
                    flag(options->as_object(), "include_usage", "stream_options.include_usage"));
  }
  MONITORA_ASSIGN(out.temperature, number(body, "temperature", 0, 2));
  MONITORA_ASSIGN(out.top_p, number(body, "top_p", 0, 1));
  MONITORA_ASSIGN(out.max_tokens, most_tokens(body));
  return out;
}

Result<EmbeddingsRequest> parse_embeddings(const json::object& body, int dimension) {
  EmbeddingsRequest out;
  MONITORA_ASSIGN(out.model, model_of(body));
  const json::value* input = given(body, "input");
  const auto add = [&](const json::value& value, const std::string& name) -> Status {
    if (!value.is_string())
      return wrong(name, "Valeur attendue : un texte (les listes de jetons ne sont pas comprises).",
                   "Expected a text (lists of tokens are not understood).");
    if (value.as_string().empty()) return wrong(name, "Ce texte est vide.", "This text is empty.");
    MONITORA_ASSIGN(std::string text, clean_text(value.as_string(), name));
    out.input.push_back(std::move(text));
    return {};
  };
  if (input != nullptr && input->is_array()) {
    const json::array& texts = input->as_array();
    if (texts.empty() || texts.size() > kMostInputs)
      return wrong("input", fmt::format("De 1 à {} textes.", kMostInputs),
                   fmt::format("From 1 to {} texts.", kMostInputs));
    for (std::size_t i = 0; i < texts.size(); ++i)
      MONITORA_TRY(add(texts[i], fmt::format("input[{}]", i)));
  } else if (input != nullptr) {
    MONITORA_TRY(add(*input, "input"));
  } else {
    return wrong("input", "Ce champ est obligatoire.", "This field is required.");
  }
  if (const json::value* format = given(body, "encoding_format")) {
    out.base64 = *format == "base64";
    if (!out.base64 && *format != "float")
      return wrong("encoding_format", "Valeur attendue : float ou base64.",
                   "Expected float or base64.");
  }
  if (const json::value* wanted = given(body, "dimensions"); wanted && *wanted != dimension)
    return wrong("dimensions", fmt::format("Ce modèle a {} dimensions.", dimension),
                 fmt::format("This model has {} dimensions.", dimension));
  if (const json::value* type = given(body, "input_type")) {
    if (*type == "passage" || *type == "document")
      out.kind = Embedder::Kind::passage;
    else if (*type != "query")
      return wrong("input_type", "Valeur attendue : query ou passage.",
                   "Expected query or passage.");
  }
  return out;
}

json::object embeddings_json(const std::string& model, const std::vector<Vector>& vectors,
                             bool base64, int tokens) {
  static_assert(std::endian::native == std::endian::little, "base64 holds little-endian floats");
  json::array data;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    json::object one{{"object", "embedding"}, {"index", i}};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(vectors[i].data());
    if (base64)
      one["embedding"] = monitora::base64({bytes, vectors[i].size() * sizeof(float)});
    else
      one["embedding"] = json::array(vectors[i].begin(), vectors[i].end());
    data.push_back(std::move(one));
  }
  return {{"object", "list"},
          {"data", std::move(data)},
          {"model", model},
          {"usage", json::object{{"prompt_tokens", tokens}, {"total_tokens", tokens}}}};
}

json::object to_json(const TokenUsage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
          {"counted_by", usage.by_model ? "model" : "server"}};
}

namespace {

json::array annotations(const std::vector<Source>& sources) {
  json::array all = to_json(sources);
  for (json::value& each : all) each.as_object()["type"] = "source";
  return all;
}

std::string_view finish_reason_of(const ChatAnswer& answer) {
  return answer.cut ? "length" : "stop";
}

}  // namespace

json::object CompletionWriter::head(std::string_view object) const {
  return {{"id", id_}, {"object", object}, {"created", created_}, {"model", model_}};
}

json::object CompletionWriter::whole(const ChatAnswer& answer, const TokenUsage& usage) const {
  json::object body = head("chat.completion");
  json::object message{{"role", "assistant"},
                       {"content", answer.text},
                       {"refusal", nullptr},
                       {"annotations", annotations(answer.sources)}};
  body["choices"] = json::array{json::object{{"index", 0},
                                             {"message", std::move(message)},
                                             {"logprobs", nullptr},
                                             {"finish_reason", finish_reason_of(answer)}}};
  body["usage"] = to_json(usage);
  return body;
}

json::object CompletionWriter::chunk(json::object delta, std::string_view finish_reason) const {
  json::object body = head("chat.completion.chunk");
  json::object choice{{"index", 0}, {"delta", std::move(delta)}, {"logprobs", nullptr}};
  choice["finish_reason"] = finish_reason.empty() ? json::value() : json::value(finish_reason);
  body["choices"] = json::array{std::move(choice)};
  if (include_usage_) body["usage"] = nullptr;
  return body;
}

json::object CompletionWriter::first() const {
  return chunk({{"role", "assistant"}, {"content", ""}}, {});
}

json::object CompletionWriter::text(std::string_view content) const {
  return chunk({{"content", content}}, {});
}

json::object CompletionWriter::last(const ChatAnswer& answer) const {
  return chunk({{"annotations", annotations(answer.sources)}}, finish_reason_of(answer));
}

std::optional<json::object> CompletionWriter::usage(const TokenUsage& usage) const {
  if (!include_usage_) return std::nullopt;
  json::object body = head("chat.completion.chunk");
  body["choices"] = json::array();
  body["usage"] = to_json(usage);
  return body;
}

}  // namespace monitora::http
