#include "llm/openai_chat_model.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "llm/openai_wire.h"
#include "net/http_client.h"
#include "net/runtime.h"
#include "net/sse_parser.h"

namespace monitora::llm {
namespace {

constexpr std::size_t kMostBytes = 16 << 20;  // of one streamed answer, its JSON included
constexpr std::size_t kEventLimit = 1 << 20;
constexpr std::size_t kRefusalLimit = 16 << 10;

Status model_saturated(int retry_after_seconds) {
  return Status(Code::rate_limited, "model_saturated",
                {"Le modèle de langage est saturé. Réessayez dans un instant.",
                 "The language model is saturated. Try again shortly."},
                "429 from the model's server")
      .with_retry_after(retry_after_seconds);
}

// Retry-After in seconds; dates are rare here and count as absent.
std::optional<int> retry_after(const net::HttpHeaders& headers) {
  const std::string_view text = trim(net::find_header(headers, "retry-after"));
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || seconds < 0 || seconds > 86'400) return std::nullopt;
  return static_cast<int>(seconds + 0.999);
}

}  // namespace

struct OpenAiChatModel::Shared {
  net::Runtime& runtime;
  net::HttpClient& client;
  const OpenAiOptions options;
  std::mutex mutex;  // over:
  OpenAiQuirks quirks;

  OpenAiQuirks learnt() {
    const std::lock_guard lock(mutex);
    return quirks;
  }
  // Whether the refusal taught something.
  bool learn_from(const OpenAiQuirks& used, std::string_view refusal) {
    const OpenAiQuirks next = learn(used, refusal);
    const std::lock_guard lock(mutex);
    quirks = next;
    return next != used;
  }
};

// One answer, over one or two attempts. On the I/O thread only.
class OpenAiChatModel::Answer : public std::enable_shared_from_this<Answer> {
 public:
  Answer(std::shared_ptr<Shared> shared, ChatRequest request,
         std::shared_ptr<ChatListener> listener)
      : shared_(std::move(shared)), request_(std::move(request)), listener_(std::move(listener)) {}

  void begin();
  void cancel() { fail(Status::cancelled()); }

 private:
  void on_head(int status, const net::HttpHeaders& headers);
  void on_body(std::string_view part);
  void on_event(std::string_view data);
  void on_chunk(const ChatChunk& chunk);
  void on_end(const Status& status);
  void refused();
  bool try_again(std::chrono::milliseconds wait);
  void say(const std::string& text);
  void done();
  void fail(const Status& status);

  const std::shared_ptr<Shared> shared_;
  const ChatRequest request_;
  std::shared_ptr<ChatListener> listener_;  // null once it has been told the end
  std::unique_ptr<net::HttpCall> call_;
  std::unique_ptr<net::Timer> retry_;
  unsigned attempt_ = 0;  // what comes from an earlier one is ignored
  bool retried_ = false;
  bool said_ = false;
  bool finished_ = false;
  int status_ = 0;
  bool streamed_ = false;
  std::optional<int> retry_after_;
  std::string body_;  // of a refusal, or of a reply that is not streamed
  OpenAiQuirks quirks_;
  std::unique_ptr<net::SseParser> events_;
  CharacterJoiner characters_;
  ChatUsage usage_;
};

void OpenAiChatModel::Answer::begin() {
  if (!listener_) return;
  const OpenAiOptions& options = shared_->options;
  const unsigned attempt = ++attempt_;
  quirks_ = shared_->learnt();
  status_ = 0;
  body_.clear();
  finished_ = false;
  characters_ = {};
  events_ = std::make_unique<net::SseParser>(kEventLimit,
                                             [this, attempt](const net::SseParser::Event& event) {
                                               if (attempt == attempt_) on_event(event.data);
                                             });
  net::HttpRequest http;
  http.method = "POST";
  http.url = options.base_url +
             (options.base_url.ends_with('/') ? "chat/completions" : "/chat/completions");
  http.headers = {{"Content-Type", "application/json"},
                  {"Accept", "text/event-stream, application/json"}};
  if (!options.api_key.empty())
    http.headers.emplace_back("Authorization", "Bearer " + options.api_key);
  http.body = chat_request_body(request_, options.model, quirks_);
  http.max_response = kMostBytes;
  http.connect_timeout = options.connect_timeout;
  http.first_byte_timeout = options.first_token_timeout;
  http.idle_timeout = options.idle_timeout;
  http.total_timeout = options.total_timeout;
  const auto current = [attempt](const std::shared_ptr<Answer>& self) {
    return self->attempt_ == attempt && self->listener_;
  };
  net::HttpEvents events;
  events.on_head = [self = shared_from_this(), current](int status,
                                                        const net::HttpHeaders& headers) {
    if (current(self)) self->on_head(status, headers);
  };
  events.on_body = [self = shared_from_this(), current](std::string_view part) {
    if (current(self)) self->on_body(part);
  };
  events.on_end = [self = shared_from_this(), current](const Status& status) {
    if (current(self)) self->on_end(status);
  };
  call_ = shared_->client.start(std::move(http), std::move(events));
}

void OpenAiChatModel::Answer::on_head(int status, const net::HttpHeaders& headers) {
  status_ = status;
  retry_after_ = retry_after(headers);
  // Some servers send a stream under another type; a JSON type is what a server says that does not
  // stream.
  streamed_ = lower(net::find_header(headers, "content-type")).find("json") == std::string::npos;
}

void OpenAiChatModel::Answer::on_body(std::string_view part) {
  if (status_ == 200 && streamed_) {
    if (const Status status = events_->feed(part); !status.ok() && listener_) {
      fail(model_unavailable(status.detail().empty() ? status.key() : status.detail()));
    }
    return;
  }
  const std::size_t limit = status_ == 200 ? kEventLimit : kRefusalLimit;
  body_.append(part.substr(0, limit - std::min(limit, body_.size())));
}

void OpenAiChatModel::Answer::on_event(std::string_view data) {
  if (!listener_ || trim(data).empty()) return;  // ended already, or a keep-alive
  if (trim(data) == "[DONE]") return done();
  const auto chunk = parse_chat_chunk(data);
  if (chunk.ok()) return on_chunk(*chunk);
  // Nothing has been shown yet: the second attempt may do better.
  if (!said_ && try_again(shared_->options.retry_after)) return;
  fail(chunk.status());
}

void OpenAiChatModel::Answer::on_chunk(const ChatChunk& chunk) {
  if (!chunk.model.empty()) usage_.model = chunk.model;
  if (chunk.prompt_tokens) usage_.prompt_tokens = *chunk.prompt_tokens;
  if (chunk.completion_tokens) usage_.completion_tokens = *chunk.completion_tokens;
  finished_ = finished_ || chunk.finished;
  usage_.cut = usage_.cut || chunk.cut;
  say(characters_.push(chunk.content));
}

void OpenAiChatModel::Answer::on_end(const Status& status) {
  if (!status.ok()) {
    log::warning("model: attempt {}: {}", attempt_, status.to_string());
    // What took all its time once would take it twice.
    const bool may_pass = status.key() == "connect_failed" || status.key() == "connection_lost" ||
                          status.key() == "host_not_found" || status.key() == "tls_failed" ||
                          status.key() == "malformed_response";
    // Everything had been said when the connection broke.
    if (finished_) return done();
    if (may_pass && !said_ && try_again(shared_->options.retry_after)) return;
    return fail(status.code() == Code::cancelled ? status : model_unavailable(status.to_string()));
  }
  if (status_ != 200) return refused();
  if (streamed_) {
    events_->finish();
    if (!listener_) return;  // that was the end
    if (finished_) return done();
    if (!said_ && try_again(shared_->options.retry_after)) return;
    return fail(model_unavailable("the stream ended before the answer did"));
  }
  const auto whole = parse_chat_chunk(body_);
  if (!whole.ok()) return fail(whole.status());
  on_chunk(*whole);
  if (listener_) done();
}

void OpenAiChatModel::Answer::refused() {
  const std::string detail =
      std::to_string(status_) + ": " + to_utf8(std::string_view(body_).substr(0, 300));
  log::warning("model: attempt {}: {}", attempt_, detail);
  if ((status_ == 400 || status_ == 422) && attempt_ < 4 && shared_->learn_from(quirks_, body_))
    return begin();
  if (status_ == 429) {
    const auto asked =
        retry_after_ ? std::chrono::seconds(*retry_after_) : shared_->options.retry_after;
    if (asked <= shared_->options.longest_retry_after && try_again(asked)) return;
    return fail(model_saturated(retry_after_.value_or(5)));
  }
  if (status_ >= 500 && try_again(shared_->options.retry_after)) return;
  fail(model_unavailable(detail));
}

bool OpenAiChatModel::Answer::try_again(std::chrono::milliseconds wait) {
  if (std::exchange(retried_, true)) return false;
  ++attempt_;  // nothing of this one counts any more
  call_ = nullptr;
  retry_ = shared_->runtime.after(wait, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->begin();
  });
  return true;
}

void OpenAiChatModel::Answer::say(const std::string& text) {
  if (text.empty()) return;
  said_ = true;
  listener_->on_token(text);
}

void OpenAiChatModel::Answer::done() {
  say(characters_.finish());
  if (!listener_) return;  // cancelled from on_token
  if (usage_.model.empty())
    usage_.model = request_.model.empty() ? shared_->options.model : request_.model;
  const auto listener = std::exchange(listener_, nullptr);
  call_ = nullptr;
  listener->on_done(usage_);
}

void OpenAiChatModel::Answer::fail(const Status& status) {
  const auto listener = std::exchange(listener_, nullptr);
  if (!listener) return;
  call_ = nullptr;
  retry_ = nullptr;
  listener->on_error(status);
}

class OpenAiChatModel::Handle final : public ChatCall {
 public:
  Handle(std::shared_ptr<Answer> answer, net::Runtime& runtime)
      : answer_(std::move(answer)), runtime_(runtime) {}
  ~Handle() override { cancel(); }
  void cancel() override {
    runtime_.post([answer = answer_] { answer->cancel(); });
  }

 private:
  const std::shared_ptr<Answer> answer_;
  net::Runtime& runtime_;
};

OpenAiChatModel::OpenAiChatModel(net::Runtime& runtime, net::HttpClient& client,
                                 OpenAiOptions options)
    : shared_(new Shared{runtime, client, std::move(options), {}, {}}) {}
OpenAiChatModel::~OpenAiChatModel() = default;

std::unique_ptr<ChatCall> OpenAiChatModel::start(ChatRequest request,
                                                 std::shared_ptr<ChatListener> listener) {
  auto answer = std::make_shared<Answer>(shared_, std::move(request), std::move(listener));
  shared_->runtime.post([answer] { answer->begin(); });
  return std::make_unique<Handle>(std::move(answer), shared_->runtime);
}

}  // namespace monitora::llm
