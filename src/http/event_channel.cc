#include "http/event_channel.h"

#include <utility>

namespace monitora::http {

bool EventChannel::send(std::string_view json) {
  bool wake = false;
  bool accepted = true;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || overflowed_ || finished_) return false;
    if (pending_.size() + json.size() > limit_) {
      overflowed_ = true;
      accepted = false;
      pending_ = {};
    } else {
      pending_.append("data: ");
      for (std::size_t from = 0;;) {
        const std::size_t line = json.find('\n', from);
        pending_.append(json.substr(from, line == std::string_view::npos ? line : line - from));
        if (line == std::string_view::npos) break;
        pending_.append("\ndata: ");
        from = line + 1;
      }
      pending_.append("\n\n");
    }
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
  return accepted;
}

void EventChannel::close() {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || finished_) return;
    closed_ = true;
    disconnected_ = nullptr;
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
}

void EventChannel::on_disconnect(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!finished_) {
      if (!closed_) disconnected_ = std::move(callback);
      return;
    }
    if (!lost_) return;
  }
  callback();
}

EventChannel::State EventChannel::take(std::string& out) {
  const std::lock_guard lock(mutex_);
  out.clear();
  out.swap(pending_);
  woken_ = false;
  return overflowed_ ? State::overflowed : closed_ ? State::closed : State::open;
}

bool EventChannel::overflowed() {
  const std::lock_guard lock(mutex_);
  return overflowed_;
}

void EventChannel::ping() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || finished_ || !pending_.empty()) return;
    pending_ = ": ping\n\n";
    if (std::exchange(woken_, true)) return;
  }
  wake_();
}

void EventChannel::finish(bool lost) {
  std::function<void()> callback;
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    lost_ = lost && !closed_;
    pending_ = {};
    callback = std::exchange(disconnected_, nullptr);
    if (!lost_) callback = nullptr;
  }
  if (callback) callback();
}

}  // namespace monitora::http
