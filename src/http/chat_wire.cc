#include "http/chat_wire.h"

#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "base/deadline.h"
#include "ports/executor.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

// The part of a turn before the model writes: looking up, embedding, searching.
constexpr std::chrono::seconds kPreparation{20};

class StreamedTurn final : public ChatEvents {
 public:
  StreamedTurn(std::shared_ptr<EventSink> sink, AnswerFields fields, std::string language)
      : sink_(std::move(sink)), fields_(std::move(fields)), language_(std::move(language)) {}

  void on_sources(const std::vector<Source>& sources) override {
    send({{"type", "sources"}, {"sources", to_json(sources)}});
  }
  void on_token(std::string_view utf8) override { send({{"type", "token"}, {"content", utf8}}); }
  void on_done(const ChatAnswer& answer) override {
    json::object event{{"type", "done"}};
    for (auto& field : fields_(answer)) event[field.key()] = std::move(field.value());
    send(event);
    sink_->close();
  }
  void on_error(const Status& status) override {
    const Status shown = shown_to_clients(status);
    send({{"type", "error"},
          {"code", shown.key()},
          {"content", language_ == "en" ? shown.sentence().en : shown.sentence().fr}});
    sink_->close();
  }

 private:
  void send(const json::object& event) { sink_->send(json::serialize(event)); }
  std::shared_ptr<EventSink> sink_;
  AnswerFields fields_;
  std::string language_;
};

class WholeTurn final : public ChatEvents {
 public:
  WholeTurn(std::function<void(Response)> answer, AnswerFields fields, std::string language,
            std::string request_id)
      : answer_(std::move(answer)),
        fields_(std::move(fields)),
        language_(std::move(language)),
        request_id_(std::move(request_id)) {}

  void on_sources(const std::vector<Source>&) override {}
  void on_token(std::string_view) override {}
  void on_done(const ChatAnswer& answer) override {
    json::object body = fields_(answer);
    body["response"] = answer.text;
    body["sources"] = to_json(answer.sources);
    answer_(Response::json(200, body));
  }
  void on_error(const Status& status) override {
    answer_(Response::error(status, language_, request_id_));
  }

 private:
  std::function<void(Response)> answer_;
  AnswerFields fields_;
  std::string language_;
  std::string request_id_;
};

std::shared_ptr<ChatTurn> ask(ChatService& chat, ChatQuestion question,
                              std::shared_ptr<ChatEvents> events) {
  const ScopedDeadline deadline(Deadline::in(kPreparation));
  return chat.ask(std::move(question), std::move(events));
}

}  // namespace

json::array to_json(const std::vector<Source>& sources) {
  json::array out;
  for (const Source& source : sources) {
    json::object one{{"index", source.index},
                     {"document_id", source.document_id.to_string()},
                     {"filename", source.filename},
                     {"excerpt", source.excerpt}};
    if (source.page) one["page"] = *source.page;
    out.push_back(std::move(one));
  }
  return out;
}

Response answer_chat(ChatService& chat, Executor& workers, ChatQuestion question, bool stream,
                     AnswerFields fields, const std::string& language,
                     const std::string& request_id) {
  if (!stream) {
    return Response::deferred([&chat, &workers, question = std::move(question),
                               fields = std::move(fields), language,
                               request_id](std::function<void(Response)> answer) {
      auto events = std::make_shared<WholeTurn>(std::move(answer), fields, language, request_id);
      const Status posted =
          workers.post([&chat, question, events] { (void)ask(chat, question, events); });
      if (!posted.ok()) events->on_error(posted);
    });
  }
  return Response::event_stream([&chat, &workers, question = std::move(question),
                                 fields = std::move(fields),
                                 language](std::shared_ptr<EventSink> sink) {
    auto events = std::make_shared<StreamedTurn>(sink, fields, language);
    const Status posted = workers.post([&chat, question, events, sink] {
      const std::shared_ptr<ChatTurn> turn = ask(chat, question, events);
      // Weak: the model's call keeps a running turn, and an ended one is not to be kept by its
      // stream.
      sink->on_disconnect([weak = std::weak_ptr<ChatTurn>(turn)] {
        if (const std::shared_ptr<ChatTurn> running = weak.lock()) running->cancel();
      });
    });
    if (!posted.ok()) events->on_error(posted);
  });
}

}  // namespace monitora::http
