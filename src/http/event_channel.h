// Server-Sent Events between their producer, on any thread, and the connection that writes them.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "http/response.h"

namespace monitora::http {

class EventChannel final : public EventSink {
 public:
  // `wake` is called, on any thread and under no lock, when there is something new for the
  // connection; once until the next take(). `limit` is in bytes that wait to be written.
  EventChannel(std::size_t limit, std::function<void()> wake)
      : limit_(limit), wake_(std::move(wake)) {}

  bool send(std::string_view json) override;
  void close() override;
  void on_disconnect(std::function<void()> callback) override;

  // The connection's side.
  enum class State { open, closed, overflowed };
  // Moves what waits into `out` (cleared first); the state as of then.
  State take(std::string& out);
  bool overflowed();
  void ping();  // a comment, unless something waits anyway
  // The client has gone, or everything including the end has been written: nothing is accepted any
  // more. `lost`: on_disconnect's callback runs, unless close() had been called.
  void finish(bool lost);

 private:
  const std::size_t limit_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::string pending_;
  bool woken_ = false;
  bool closed_ = false;  // by the producer
  bool overflowed_ = false;
  bool finished_ = false;  // by the connection
  bool lost_ = false;
  std::function<void()> disconnected_;
};

}  // namespace monitora::http
