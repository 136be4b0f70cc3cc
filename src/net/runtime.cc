#include "net/runtime.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>

#include "base/log.h"

namespace monitora::net {
namespace asio = boost::asio;

namespace {

class AsioTimer final : public Timer {
 public:
  AsioTimer(asio::io_context& context, std::chrono::milliseconds delay, std::function<void()> work)
      : state_(std::make_shared<State>(context, std::move(work))) {
    // Armed on the I/O thread: an Asio timer is not thread-safe.
    asio::post(context, [state = state_, delay] {
      if (!state->work) return;
      state->timer.expires_after(delay);
      state->timer.async_wait([state](const boost::system::error_code& error) {
        if (!error && state->work) std::exchange(state->work, nullptr)();
      });
    });
  }
  ~AsioTimer() override {
    asio::dispatch(state_->timer.get_executor(), [state = state_] {
      state->work = nullptr;
      state->timer.cancel();
    });
  }

 private:
  struct State {
    State(asio::io_context& context, std::function<void()> then)
        : timer(context), work(std::move(then)) {}
    asio::steady_timer timer;
    std::function<void()> work;
  };
  std::shared_ptr<State> state_;
};

}  // namespace

Runtime::Runtime() : context_(std::make_unique<asio::io_context>(1)) {
  thread_ = std::thread([this] { run(); });
}

Runtime::~Runtime() {
  stop();
}

void Runtime::run() {
  const auto guard = asio::make_work_guard(*context_);
  for (;;) {
    try {
      context_->run();
      return;
    } catch (const std::exception& error) {
      log::error("i/o thread: {}", error.what());
    }
  }
}

void Runtime::post(std::function<void()> work) {
  asio::post(*context_, std::move(work));
}

std::unique_ptr<Timer> Runtime::after(std::chrono::milliseconds delay, std::function<void()> work) {
  return std::make_unique<AsioTimer>(*context_, delay, std::move(work));
}

void Runtime::stop() {
  context_->stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace monitora::net
