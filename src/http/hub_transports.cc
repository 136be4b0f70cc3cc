#include "http/hub_transports.h"

namespace monitora::http {
namespace {

constexpr std::size_t kMostWaiting = 1 << 20;  // bytes
constexpr std::chrono::seconds kBetweenPolls{30};

Response records(std::string text) {
  return Response::text(200, "text/plain; charset=utf-8", std::move(text));
}

}  // namespace

bool PollingTransport::send(const Text& records) {
  std::unique_lock lock(mutex_);
  if (closed_ || waiting_.size() + records->size() > kMostWaiting) return false;
  waiting_ += *records;
  answer_if_possible(lock);
  return true;
}

void PollingTransport::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  answer_if_possible(lock);
}

bool PollingTransport::is_alive(Now now) {
  const std::lock_guard lock(mutex_);
  return (poll_ && !poll_->gone.stop_requested()) || now - polled_at_ < kBetweenPolls;
}

void PollingTransport::poll(std::function<void(Response)> answer, std::stop_token gone, Now now) {
  std::unique_lock lock(mutex_);
  std::optional<Poll> earlier = std::exchange(poll_, Poll{std::move(answer), std::move(gone)});
  polled_at_ = now;
  if (!std::exchange(connected_, true)) {
    const Poll first = *std::exchange(poll_, std::nullopt);
    lock.unlock();
    return first.answer(records(""));
  }
  answer_if_possible(lock);
  if (lock.owns_lock()) lock.unlock();
  if (earlier) earlier->answer(records(""));
}

// Unlocks when it answers.
void PollingTransport::answer_if_possible(std::unique_lock<std::mutex>& lock) {
  if (!poll_ || (waiting_.empty() && !closed_)) return;
  // What is answered to nobody would be lost: it waits for the next poll.
  if (poll_->gone.stop_requested()) {
    poll_.reset();
    return;
  }
  const Poll poll = *std::exchange(poll_, std::nullopt);
  polled_at_ = std::chrono::steady_clock::now();
  Response response =
      waiting_.empty() ? Response::no_content() : records(std::exchange(waiting_, {}));
  lock.unlock();
  poll.answer(std::move(response));
}

}  // namespace monitora::http
