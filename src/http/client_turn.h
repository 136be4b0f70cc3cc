// A turn that somebody waits for over HTTP: it ends when the client goes away.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "app/chat.h"
#include "http/request.h"
#include "http/response.h"

namespace monitora {
class EventBus;
class Executor;
}  // namespace monitora

namespace monitora::http {

// Calls `ended` when whoever asks may not hear the answer any longer, on any thread, until the
// handle is dropped.
using Watch = std::function<std::shared_ptr<void>(std::function<void()> ended)>;

// Of the key that asks: its revocation, by whichever node. Empty for a person, or without a bus.
Watch watch_key(EventBus* events, const Principal& principal);

// Thread-safe. Derived classes say what the client hears; they call nothing of this class' under
// locks of their own.
class ClientTurn : public ChatEvents, public std::enable_shared_from_this<ClientTurn> {
 public:
  // Asks on a worker. Within a Response::later: its Deadline::current() says when the client is
  // gone. A refused worker is the turn's error. Service and executor outlive the turn.
  void start(ChatService& chat, Executor& workers, ChatQuestion question, const Watch& watch);
  // Ends the turn; on_error gets `reason` in place of cancelled.
  void cancel(const Status& reason = Status::cancelled());

  void on_error(const Status& status) final;

 protected:
  virtual void failed(const Status& status) = 0;

 private:
  std::mutex mutex_;
  std::weak_ptr<ChatTurn> turn_;  // the model's call keeps a running turn
  std::optional<Status> cancelled_;
  std::optional<std::stop_callback<std::function<void()>>> client_gone_;
  std::shared_ptr<void> watching_;
};

// One reply when the turn has ended: `render` makes it of the answer or the error.
Response answer_when_done(ChatService& chat, Executor& workers, ChatQuestion question, Watch watch,
                          std::function<Response(const Result<ChatAnswer>&)> render);

}  // namespace monitora::http
