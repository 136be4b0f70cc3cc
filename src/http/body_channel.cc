#include "http/body_channel.h"

namespace monitora::http {
namespace {
constexpr std::size_t kBlock = 32 * 1024;
}

Status BodyChannel::write(std::string_view part) {
  std::unique_lock lock(mutex_);
  if (abandoned_) return Status::cancelled();
  gathered_.append(part);
  return gathered_.size() < kBlock ? Status() : hand_over(lock);
}

Status BodyChannel::hand_over(std::unique_lock<std::mutex>& lock) {
  taken_.wait(lock, [this] { return !has_block_ || abandoned_; });
  if (abandoned_) return Status::cancelled();
  ready_ = std::move(gathered_);
  gathered_.clear();
  has_block_ = true;
  lock.unlock();
  wake_();
  return {};
}

void BodyChannel::end(const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    status_ = status;
  }
  wake_();
}

BodyChannel::State BodyChannel::take(std::string& out) {
  State state = State::waiting;
  {
    const std::lock_guard lock(mutex_);
    out.clear();
    if (ended_ && !status_.ok()) return State::failed;
    if (has_block_) {
      out.swap(ready_);
      has_block_ = false;
      state = State::block;
    } else if (ended_) {
      out.swap(gathered_);
      return State::ended;
    }
  }
  if (state == State::block) taken_.notify_one();
  return state;
}

void BodyChannel::abandon() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  taken_.notify_one();
}

Status BodyChannel::status() {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace monitora::http
