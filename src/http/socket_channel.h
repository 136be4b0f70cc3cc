// A WebSocket's messages between their producer, on any thread, and the connection that writes
// them.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

#include "http/response.h"

namespace monitora::http {

class SocketChannel final : public WebSocket {
 public:
  // `wake` is called, on any thread and under no lock, when there is something new for the
  // connection; once until the next take(). `limit` is in bytes that wait to be written.
  SocketChannel(std::size_t limit, std::function<void()> wake)
      : limit_(limit), wake_(std::move(wake)) {}

  bool send(Text message) override;
  void close() override;

  // The connection's side: the next message to write; nothing for now, or nothing any more.
  enum class State { open, closed, overflowed };
  State take(Text& next);
  bool overflowed() const { return overflowed_; }
  void finish();  // nothing is accepted any more

 private:
  const std::size_t limit_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::deque<Text> waiting_;
  std::size_t bytes_ = 0;
  bool woken_ = false;
  bool closed_ = false;    // by the producer
  bool finished_ = false;  // by the connection
  std::atomic<bool> overflowed_ = false;
};

}  // namespace monitora::http
