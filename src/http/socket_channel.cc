#include "http/socket_channel.h"

#include <utility>

namespace monitora::http {

bool SocketChannel::send(Text message) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || finished_ || overflowed_) return false;
    bytes_ += message->size();
    if (bytes_ > limit_) {
      overflowed_ = true;
      waiting_.clear();
    } else {
      waiting_.push_back(std::move(message));
    }
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
  return !overflowed_;
}

void SocketChannel::close() {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || finished_) return;
    closed_ = true;
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
}

SocketChannel::State SocketChannel::take(Text& next) {
  const std::lock_guard lock(mutex_);
  next = nullptr;
  if (overflowed_) return State::overflowed;
  if (!waiting_.empty()) {
    next = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= next->size();
    return State::open;
  }
  woken_ = false;
  return closed_ ? State::closed : State::open;
}

void SocketChannel::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  waiting_.clear();
}

}  // namespace monitora::http
