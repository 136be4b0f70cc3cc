#include "http/handlers_openai.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <mutex>

#include "base/text.h"
#include "domain/json_text.h"
#include "http/client_turn.h"
#include "http/fields.h"
#include "http/openai_wire.h"
#include "ports/embedder.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

std::int64_t seconds_of(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// The key's own workspace, by its id or its name; any other is as good as absent.
Result<Workspace> workspace_named(const OpenAiRoutes& parts, const Request& request,
                                  std::string_view model) {
  MONITORA_ASSIGN(Workspace workspace, workspace_of_key(parts.workspaces, request));
  const auto id = WorkspaceId::parse(model);
  if ((id && *id == workspace.id) || trim(model) == trim(workspace.name)) return workspace;
  return Status(Code::not_found, "model_not_found",
                {"Ce modèle n'existe pas pour cette clé : donnez l'identifiant ou le nom de son "
                 "espace.",
                 "This model does not exist for this key: give its workspace's id or name."});
}

json::object model_json(const Workspace& workspace) {
  return {{"id", workspace.id.to_string()},
          {"object", "model"},
          {"created", seconds_of(workspace.created_at)},
          {"owned_by", "monitora"},
          {"name", workspace.name}};
}

Result<Response> list_models(const OpenAiRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const Workspace workspace, workspace_of_key(parts.workspaces, request));
  return Response::json(
      200, json::object{{"object", "list"}, {"data", json::array{model_json(workspace)}}});
}

Result<Response> get_model(const OpenAiRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const Workspace workspace,
                  workspace_named(parts, request, request.params.at("model")));
  return Response::json(200, model_json(workspace));
}

// The model's own count where it gives one. Else what was sent and said, by the tokenizer of the
// embedding model: the prompt that we made of it is not the client's affair.
TokenUsage usage_of(const ChatAnswer& answer, const std::string& sent, const Embedder& embedder) {
  if (answer.prompt_tokens + answer.completion_tokens > 0)
    return {answer.prompt_tokens, answer.completion_tokens, true};
  return {embedder.count_tokens(sent), embedder.count_tokens(answer.text), false};
}

// Chunks to one client. The response begins with the first of them, so that an error before it has
// a status of its own.
class StreamedCompletion final : public ClientTurn {
 public:
  StreamedCompletion(std::function<void(Response)> answer, CompletionWriter writer,
                     std::string sent, const Embedder& embedder, std::string language,
                     std::string request_id)
      : answer_(std::move(answer)),
        writer_(std::move(writer)),
        sent_(std::move(sent)),
        embedder_(embedder),
        language_(std::move(language)),
        request_id_(std::move(request_id)) {}

  void on_sources(const std::vector<Source>&) override {}
  void on_token(std::string_view utf8) override {
    begin();
    send(writer_.text(utf8));
  }
  void on_done(const ChatAnswer& answer) override {
    begin();
    send(writer_.last(answer));
    if (const auto usage = writer_.usage(usage_of(answer, sent_, embedder_))) send(*usage);
    write("[DONE]");
    close();
  }

 private:
  void failed(const Status& status) override {
    if (!begun_) return answer_(openai_error(status, language_, request_id_));
    send(openai_error_json(status, language_));
    close();
  }

  void begin() {
    if (std::exchange(begun_, true)) return;
    send(writer_.first());
    const auto self = std::static_pointer_cast<StreamedCompletion>(shared_from_this());
    std::exchange(answer_, nullptr)(Response::event_stream(
        [self](std::shared_ptr<EventSink> sink) { self->attach(std::move(sink)); }));
  }

  // What was said until the connection was ready goes first.
  void attach(std::shared_ptr<EventSink> sink) {
    sink->on_disconnect([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->cancel();
    });
    const std::lock_guard lock(mutex_);
    for (const std::string& each : waiting_) sink->send(each);
    waiting_ = {};
    if (closed_)
      sink->close();
    else
      sink_ = std::move(sink);
  }

  void send(const json::object& chunk) { write(json_text(chunk)); }
  void write(std::string text) {
    const std::lock_guard lock(mutex_);
    if (sink_)
      sink_->send(text);
    else
      waiting_.push_back(std::move(text));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (sink_) sink_->close();
    sink_ = nullptr;
  }

  std::function<void(Response)> answer_;
  const CompletionWriter writer_;
  const std::string sent_;
  const Embedder& embedder_;
  const std::string language_;
  const std::string request_id_;
  bool begun_ = false;
  std::mutex mutex_;  // over:
  std::shared_ptr<EventSink> sink_;
  std::vector<std::string> waiting_;
  bool closed_ = false;
};

ChatQuestion question_of(CompletionRequest& asked, Workspace workspace, const Request& request) {
  ChatQuestion question;
  question.workspace = std::move(workspace);
  RagConfig& rag = question.workspace.rag;
  rag.temperature = asked.temperature.value_or(rag.temperature);
  rag.top_p = asked.top_p.value_or(rag.top_p);
  rag.max_tokens = asked.max_tokens.value_or(rag.max_tokens);
  question.text = std::move(asked.question);
  question.history = std::move(asked.history);
  question.instructions = std::move(asked.instructions);
  question.channel = Channel::api;
  question.visitor_id = "key:" + request.principal.key->id.to_string();
  question.language = request.language;
  return question;
}

Result<Response> complete(const OpenAiRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(CompletionRequest asked, parse_completion(body));
  MONITORA_ASSIGN(Workspace workspace, workspace_named(parts, request, asked.model));
  const std::string sent = asked.whole_text();
  ChatQuestion question = question_of(asked, std::move(workspace), request);
  const CompletionWriter writer("chatcmpl-" + question.answer_id.to_string(), asked.model,
                                seconds_of(parts.clock.now()), asked.include_usage);
  const std::string& language = request.language;
  const std::string& id = request.request_id;
  const Watch watch = watch_key(parts.events, request.principal);
  if (!asked.stream)
    return answer_when_done(
        parts.chat, parts.workers, std::move(question), watch,
        [writer, sent, language, id, &embedder = parts.embedder](const Result<ChatAnswer>& answer) {
          if (!answer.ok()) return openai_error(answer.status(), language, id);
          return Response::json(200, writer.whole(*answer, usage_of(*answer, sent, embedder)));
        });
  return Response::deferred(
      [parts, question, writer, watch, sent, language, id](std::function<void(Response)> answer) {
        std::make_shared<StreamedCompletion>(std::move(answer), writer, sent, parts.embedder,
                                             language, id)
            ->start(parts.chat, parts.workers, question, watch);
      });
}

Result<Response> embed(const OpenAiRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(const EmbeddingsRequest asked,
                  parse_embeddings(body, parts.embedder.dimension()));
  if (asked.model != parts.embedder.model())
    MONITORA_TRY(workspace_named(parts, request, asked.model).status());
  int tokens = 0;
  for (std::size_t i = 0; i < asked.input.size(); ++i) {
    const int more = parts.embedder.count_tokens(asked.input[i]);
    const int most = parts.embedder.max_tokens();
    if (more > most)
      return Status::invalid(
          fmt::format("input[{}]", i),
          {fmt::format("Ce texte a {} jetons ; le modèle en lit {}.", more, most),
           fmt::format("This text has {} tokens; the model reads {}.", more, most)});
    tokens += more;
  }
  const std::vector<std::string_view> texts(asked.input.begin(), asked.input.end());
  MONITORA_ASSIGN(const std::vector<Vector> vectors, parts.embedder.embed(asked.kind, texts));
  return Response::json(200,
                        embeddings_json(parts.embedder.model(), vectors, asked.base64, tokens));
}

}  // namespace

Result<Workspace> workspace_of_key(WorkspaceStore& workspaces, const Request& request) {
  MONITORA_ASSIGN(Workspace workspace, workspaces.get(request.principal.key->workspace_id));
  if (!workspace.is_active)
    return Status(Code::permission_denied, "workspace_disabled",
                  {"Ce chatbot est désactivé.", "This chatbot is switched off."});
  return workspace;
}

Response render_error(const Status& status, const Request& request) {
  if (request.path == "/v1" || request.path.starts_with("/v1/"))
    return openai_error(status, request.language, request.request_id);
  return Response::error(status, request.language, request.request_id);
}

void add_openai_routes(Router& router, const OpenAiRoutes& parts) {
  const auto add = [&](Method method, const char* pattern,
                       Result<Response> (*handler)(const OpenAiRoutes&, const Request&)) {
    router.add(
        {.method = method,
         .pattern = pattern,
         .access = Access::key,
         .handler = [parts, handler](const Request& request) { return handler(parts, request); }});
  };
  add(Method::get, "/v1/models", list_models);
  add(Method::get, "/v1/models/{model}", get_model);
  add(Method::post, "/v1/chat/completions", complete);
  add(Method::post, "/v1/embeddings", embed);
}

}  // namespace monitora::http
