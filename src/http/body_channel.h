// A body written by parts, between the worker that makes it and the connection that sends it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "http/response.h"

namespace monitora::http {

class BodyChannel final : public BodyWriter {
 public:
  // `wake` is called from the worker when take() has something new.
  explicit BodyChannel(std::function<void()> wake) : wake_(std::move(wake)) {}

  // The worker's side. Small parts are gathered; a full block waits until the one before is sent.
  Status write(std::string_view part) override;
  void end(const Status& status);  // once, last

  // The connection's side.
  enum class State { waiting, block, ended, failed };
  // `block`: `out` is to be sent. `ended`: `out` is the last block (maybe empty). `failed`: see
  // status().
  State take(std::string& out);
  void abandon();  // the client is gone: writes answer cancelled from now on
  Status status();

 private:
  Status hand_over(std::unique_lock<std::mutex>& lock);

  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable taken_;
  std::string gathered_;  // the worker's
  std::string ready_;     // for the connection
  bool has_block_ = false;
  bool ended_ = false;
  bool abandoned_ = false;
  Status status_;
};

}  // namespace monitora::http
