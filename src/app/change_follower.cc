#include "app/change_follower.h"

#include <algorithm>

#include "base/log.h"

namespace monitora {
namespace {

constexpr int kBatch = 500;
// Changes before the latest that may have been under way when this process started.
constexpr std::int64_t kLookBack = 200;
constexpr std::chrono::hours kMargin{1};  // the log may be cut a little early: clocks differ
// After a look: a burst of commits is one look, and a busy server is not asked for each of them.
constexpr std::chrono::milliseconds kPause{10};

}  // namespace

struct ChangeFollower::Subscription {
  Listener listener;
  // Held while the listener is called; recursive, since it may drop its own handle.
  std::recursive_mutex calling;
  bool over = false;
};

Result<std::unique_ptr<ChangeFollower>> ChangeFollower::start(ChangeLog& changes,
                                                              IndexFollower indexes,
                                                              const Clock& clock) {
  MONITORA_ASSIGN(const std::int64_t latest, changes.latest());
  std::unique_ptr<ChangeFollower> follower(new ChangeFollower(changes, std::move(indexes), clock));
  follower->settled_ = std::max<std::int64_t>(0, latest - kLookBack);
  follower->last_ = latest;
  // Those that are there are in what will be loaded; the empty places between them are watched.
  MONITORA_ASSIGN(const std::vector<Change> before,
                  changes.since(follower->settled_, static_cast<int>(kLookBack)));
  for (const Change& change : before)
    if (change.sequence <= latest) follower->seen_.emplace(change.sequence, clock.now());
  // A log that was cut begins late: that is no empty place.
  if (!before.empty()) follower->settled_ = before.front().sequence - 1;
  follower->settle(clock.now());
  return follower;
}

std::shared_ptr<void> ChangeFollower::listen(const WorkspaceId& workspace, Listener listener) {
  auto subscription = std::make_shared<Subscription>();
  subscription->listener = std::move(listener);
  {
    const std::lock_guard lock(subscriptions_->mutex);
    subscriptions_->of[workspace].push_back(subscription);
  }
  // A pointer to something, so that a handle is not null.
  return {subscription.get(), [all = subscriptions_, workspace, subscription](void*) {
            {
              const std::lock_guard lock(all->mutex);
              const auto found = all->of.find(workspace);
              std::erase(found->second, subscription);
              if (found->second.empty()) all->of.erase(found);
            }
            const std::lock_guard lock(subscription->calling);
            subscription->over = true;
          }};
}

void ChangeFollower::wake() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(awake_, true)) return;
  }
  woken_.notify_one();
}

void ChangeFollower::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    woken_.wait_for(lock, stop, kEvery, [this] { return awake_; });
    awake_ = false;
    lock.unlock();
    if (const Status status = look(); !status.ok())
      log::warning("the change log could not be followed: {}", status.to_string());
    lock.lock();
    woken_.wait_for(lock, stop, kPause, [] { return false; });
  }
}

Status ChangeFollower::look() {
  const Time now = clock_.now();
  if (now - read_at_ > kKept - kMargin) {
    log::info("the change log was not read for a long time: indexes are loaded anew");
    MONITORA_ASSIGN(const std::int64_t latest, changes_.latest());
    MONITORA_TRY(indexes_.load_anew());
    settled_ = std::max(settled_, latest);
    seen_.clear();
  }
  Status status = indexes_.catch_up();
  // What lies behind an empty place is read again and again: when that is much, now and then.
  const bool look_back = seen_.size() < kBatch || now - looked_back_at_ >= kEvery;
  if (look_back) looked_back_at_ = now;
  std::int64_t from = look_back ? settled_ : std::max(settled_, last_);
  while (true) {
    MONITORA_ASSIGN(const std::vector<Change> changes, changes_.since(from, kBatch));
    for (const Change& change : changes) {
      from = change.sequence;
      if (seen_.contains(change.sequence)) continue;
      if (const Status applied = indexes_.apply(change); status.ok()) status = applied;
      tell(change);
      seen_.emplace(change.sequence, now);
    }
    last_ = std::max(last_, from);
    if (changes.size() < kBatch) break;
  }
  settle(now);
  read_at_ = now;
  return status;
}

void ChangeFollower::tell(const Change& change) {
  std::vector<std::shared_ptr<Subscription>> subscriptions;
  {
    const std::lock_guard lock(subscriptions_->mutex);
    const auto found = subscriptions_->of.find(change.workspace_id);
    if (found != subscriptions_->of.end()) subscriptions = found->second;
  }
  for (const auto& subscription : subscriptions) {
    const std::lock_guard lock(subscription->calling);
    if (!subscription->over) subscription->listener(change);
  }
}

// Moves on over what is there, and over places that have been empty for long enough.
void ChangeFollower::settle(Time now) {
  while (!seen_.empty()) {
    const auto [sequence, since] = *seen_.begin();
    if (sequence > settled_ + 1 && now - since < kPatience) return;
    settled_ = sequence;
    seen_.erase(seen_.begin());
  }
}

}  // namespace monitora
