#include "retrieval/load_queue.h"

namespace monitora::retrieval {
namespace {

constexpr int kThreads = 3;  // one large workspace holds up no other

}  // namespace

LoadQueue::LoadQueue(Fill fill, Begin begin_preload)
    : fill_(std::move(fill)), begin_preload_(std::move(begin_preload)) {
  for (int i = 0; i < kThreads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
}

void LoadQueue::load(const WorkspaceId& workspace, std::shared_ptr<Slot> slot) {
  const std::lock_guard lock(mutex_);
  loads_.emplace_back(workspace, std::move(slot));
  work_.notify_one();
}

void LoadQueue::preload(const std::vector<WorkspaceId>& workspaces) {
  const std::lock_guard lock(mutex_);
  preloads_.assign(workspaces.begin(), workspaces.end());
  work_.notify_one();
}

void LoadQueue::wait_idle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return loads_.empty() && preloads_.empty() && under_way_ == 0; });
}

void LoadQueue::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (work_.wait(lock, stop,
                    [&] { return !loads_.empty() || (!preloads_.empty() && !preloading_); })) {
    if (stop.stop_requested()) return;
    const bool asked = !loads_.empty();
    std::pair<WorkspaceId, std::shared_ptr<Slot>> next;
    if (asked) {
      next = std::move(loads_.front());
      loads_.pop_front();
    } else {
      next.first = preloads_.front();
      preloads_.pop_front();
      preloading_ = true;
    }
    ++under_way_;
    lock.unlock();
    if (!asked) next.second = begin_preload_(next.first);
    if (next.second) fill_(next.first, *next.second, stop);
    next.second.reset();
    lock.lock();
    --under_way_;
    if (!asked) preloading_ = false;
    idle_.notify_all();
    work_.notify_one();
  }
}

}  // namespace monitora::retrieval
