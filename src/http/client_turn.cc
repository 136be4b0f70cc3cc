#include "http/client_turn.h"

#include <chrono>
#include <utility>

#include "base/deadline.h"
#include "ports/event_bus.h"
#include "ports/executor.h"

namespace monitora::http {
namespace {

// The part of a turn before the model writes: looking up, embedding, searching.
constexpr std::chrono::seconds kPreparation{20};

class WholeTurn final : public ClientTurn {
 public:
  WholeTurn(std::function<void(Response)> answer,
            std::function<Response(const Result<ChatAnswer>&)> render)
      : answer_(std::move(answer)), render_(std::move(render)) {}

  void on_sources(const std::vector<Source>&) override {}
  void on_token(std::string_view) override {}
  void on_done(const ChatAnswer& answer) override { answer_(render_(answer)); }

 private:
  void failed(const Status& status) override { answer_(render_(status)); }
  std::function<void(Response)> answer_;
  std::function<Response(const Result<ChatAnswer>&)> render_;
};

}  // namespace

Watch watch_key(EventBus* events, const Principal& principal) {
  if (events == nullptr || !principal.key) return {};
  return [events, workspace = principal.key->workspace_id,
          key = principal.key->id.to_string()](std::function<void()> ended) {
    return events->listen(workspace, [key, ended = std::move(ended)](const Change& change) {
      if (change.entity == "api_key" && change.entity_id == key) ended();
    });
  };
}

void ClientTurn::start(ChatService& chat, Executor& workers, ChatQuestion question,
                       const Watch& watch) {
  // Not on the bus' thread, which tells others too.
  if (watch)
    watching_ = watch([weak = weak_from_this(), &workers] {
      workers.must_post([weak] {
        if (const auto self = weak.lock())
          self->cancel(Status(Code::unauthenticated, "invalid_api_key",
                              {"Cette clé vient d'être révoquée.", "This key was just revoked."}));
      });
    });
  const std::stop_token gone = Deadline::current().stop();
  client_gone_.emplace(gone, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->cancel();
  });
  const Status posted = workers.post(
      [self = shared_from_this(), &chat, gone, question = std::move(question)]() mutable {
        const ScopedDeadline deadline(Deadline::in(kPreparation, gone));
        const std::shared_ptr<ChatTurn> turn = chat.ask(std::move(question), self);
        std::unique_lock lock(self->mutex_);
        self->turn_ = turn;
        const bool cancelled = self->cancelled_.has_value();
        lock.unlock();
        if (cancelled) turn->cancel();
      });
  if (!posted.ok()) on_error(posted);
}

void ClientTurn::cancel(const Status& reason) {
  std::unique_lock lock(mutex_);
  if (!cancelled_) cancelled_ = reason;
  const std::shared_ptr<ChatTurn> turn = turn_.lock();
  lock.unlock();
  if (turn) turn->cancel();
}

void ClientTurn::on_error(const Status& status) {
  std::unique_lock lock(mutex_);
  const Status reason = status.code() == Code::cancelled ? cancelled_.value_or(status) : status;
  lock.unlock();
  failed(reason);
}

Response answer_when_done(ChatService& chat, Executor& workers, ChatQuestion question, Watch watch,
                          std::function<Response(const Result<ChatAnswer>&)> render) {
  return Response::deferred([&chat, &workers, question = std::move(question),
                             watch = std::move(watch),
                             render = std::move(render)](std::function<void(Response)> answer) {
    std::make_shared<WholeTurn>(std::move(answer), render)->start(chat, workers, question, watch);
  });
}

}  // namespace monitora::http
