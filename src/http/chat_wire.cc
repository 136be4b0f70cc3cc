#include "http/chat_wire.h"

#include <boost/json.hpp>
#include <utility>

#include "domain/json_text.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

class StreamedTurn final : public ClientTurn {
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

 private:
  void failed(const Status& status) override {
    const Status shown = shown_to_clients(status);
    send({{"type", "error"},
          {"code", shown.key()},
          {"content", language_ == "en" ? shown.sentence().en : shown.sentence().fr}});
    sink_->close();
  }
  void send(const json::object& event) { sink_->send(json_text(event)); }
  std::shared_ptr<EventSink> sink_;
  AnswerFields fields_;
  std::string language_;
};

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
                     const std::string& request_id, Watch watch) {
  if (!stream)
    return answer_when_done(
        chat, workers, std::move(question), std::move(watch),
        [fields = std::move(fields), language, request_id](const Result<ChatAnswer>& answer) {
          if (!answer.ok()) return Response::error(answer.status(), language, request_id);
          json::object body = fields(*answer);
          body["response"] = answer->text;
          body["sources"] = to_json(answer->sources);
          return Response::json(200, body);
        });
  return Response::event_stream([&chat, &workers, question = std::move(question),
                                 watch = std::move(watch), fields = std::move(fields),
                                 language](std::shared_ptr<EventSink> sink) {
    auto turn = std::make_shared<StreamedTurn>(sink, fields, language);
    sink->on_disconnect([weak = turn->weak_from_this()] {
      if (const auto running = weak.lock()) running->cancel();
    });
    turn->start(chat, workers, question, watch);
  });
}

}  // namespace monitora::http
