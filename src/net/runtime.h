// The one I/O thread: an Asio io_context run by a thread of its own. Everything that waits for the
// network runs there and must never block it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace boost::asio {
class io_context;
}

namespace monitora::net {

// A pending call made by Runtime::after(). Destroying it cancels the call; cancel() and destruction
// belong on the I/O thread when it matters that the call does not happen.
class Timer {
 public:
  virtual ~Timer() = default;
};

class Runtime {
 public:
  Runtime();   // starts the thread
  ~Runtime();  // stop()
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Runs `work` on the I/O thread, soon, never inside this call. Thread-safe. What it throws is
  // logged.
  void post(std::function<void()> work);
  // Runs `work` on the I/O thread once `delay` has passed, unless the timer is destroyed before.
  std::unique_ptr<Timer> after(std::chrono::milliseconds delay, std::function<void()> work);
  bool on_io_thread() const { return std::this_thread::get_id() == thread_.get_id(); }
  // Ends the thread after the handler that is running; what waits is dropped when this is
  // destroyed, so stop servers and clients first. Idempotent; not from the I/O thread.
  void stop();

  boost::asio::io_context& context() { return *context_; }

 private:
  void run();

  std::unique_ptr<boost::asio::io_context> context_;
  std::thread thread_;
};

}  // namespace monitora::net
