// The three ways in which a hub's client is reached.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "http/hub_client.h"
#include "http/response.h"

namespace monitora::http {

class SocketTransport final : public HubTransport {
 public:
  explicit SocketTransport(std::shared_ptr<WebSocket> socket) : socket_(std::move(socket)) {}
  Kind kind() const override { return Kind::web_socket; }
  bool send(const Text& records) override { return socket_->send(records); }
  void close() override { socket_->close(); }

 private:
  const std::shared_ptr<WebSocket> socket_;
};

// Server-Sent Events; what the client says comes by requests of its own.
class EventsTransport final : public HubTransport {
 public:
  explicit EventsTransport(std::shared_ptr<EventSink> sink) : sink_(std::move(sink)) {}
  Kind kind() const override { return Kind::events; }
  bool send(const Text& records) override { return sink_->send(*records); }
  void close() override { sink_->close(); }

 private:
  const std::shared_ptr<EventSink> sink_;
};

// Long polling: each request is answered when there is something to say. Thread-safe.
class PollingTransport final : public HubTransport {
 public:
  using Now = HubClient::Now;

  explicit PollingTransport(Now now) : polled_at_(now) {}

  Kind kind() const override { return Kind::polling; }
  bool send(const Text& records) override;
  void close() override;
  bool is_alive(Now now) override;

  // `answer` is called once: with records, with nothing (the first time, and when another poll
  // comes), or with 204 after the end. `gone` says that nobody waits for it any more.
  void poll(std::function<void(Response)> answer, std::stop_token gone, Now now);

 private:
  struct Poll {
    std::function<void(Response)> answer;
    std::stop_token gone;
  };
  void answer_if_possible(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::optional<Poll> poll_;
  std::string waiting_;
  bool connected_ = false;  // the first poll has been answered
  bool closed_ = false;
  Now polled_at_;
};

}  // namespace monitora::http
