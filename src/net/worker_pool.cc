#include "net/worker_pool.h"

#include <pthread.h>

#include <exception>

#include "base/log.h"

namespace monitora::net {

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t queue_limit)
    : name_(std::move(name)), queue_limit_(queue_limit) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  stop();
}

Status WorkerPool::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      return Status(Code::unavailable, "stopping",
                    {"Le serveur est en cours d'arrêt.", "The server is stopping."}, name_)
          .with_retry_after(5);
    }
    if (queue_.size() >= queue_limit_) {
      return Status(Code::unavailable, "saturated",
                    {"Le serveur est très sollicité. Réessayez dans un instant.",
                     "The server is very busy. Try again in a moment."},
                    name_ + ": queue full")
          .with_retry_after(1);
    }
    queue_.push_back(std::move(work));
  }
  ready_.notify_one();
  return {};
}

bool WorkerPool::post_next_step(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    queue_.push_back(std::move(work));
  }
  ready_.notify_one();
  return true;
}

std::size_t WorkerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      work();
    } catch (const std::exception& error) {
      log::error("worker {}: {}", name_, error.what());
    }
  }
}

}  // namespace monitora::net
