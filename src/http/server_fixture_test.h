// A running server on a free port, for tests.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>

#include "base/deadline.h"
#include "base/id.h"
#include "http/metrics.h"
#include "http/raw_client_test.h"
#include "http/server.h"
#include "net/runtime.h"
#include "net/worker_pool.h"

namespace monitora::http {

// Something that one thread announces and another waits for, at most 30 s.
class Signal {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture() {
    options_.port = 0;
    options_.upload_directory =
        std::filesystem::temp_directory_path() / ("uploads-" + Uuid::random().to_string());
    std::filesystem::create_directory(options_.upload_directory);
  }
  ~ServerFixture() override {
    server_ = nullptr;
    workers_.stop();
    std::filesystem::remove_all(options_.upload_directory);
  }

  void route(Method method, std::string pattern, Handler handler, Runs runs = Runs::worker) {
    router_.add({.method = method,
                 .pattern = std::move(pattern),
                 .handler = std::move(handler),
                 .runs = runs});
  }
  void start() {
    server_ = std::make_unique<Server>(runtime_, workers_, metrics_, std::move(router_), options_);
    const Status status = server_->start();
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  std::uint16_t port() const { return server_->port(); }
  std::size_t uploads() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(options_.upload_directory), {}));
  }

  net::Runtime runtime_;
  net::WorkerPool workers_{"worker", 2, 2};
  Metrics metrics_;
  Router router_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

inline Result<Response> say_ok(const Request&) {
  return Response::json(200, boost::json::object{{"ok", true}});
}

}  // namespace monitora::http
