// Runs the durable queue's jobs on a few threads of its own, apart from requests.
//
// A job is leased while it runs and the lease extended by a heartbeat, so a node that dies loses it
// and another takes it. A job that fails is tried again after 5 s, 25 s, 125 s …, at most
// kMaxAttempts times.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/status.h"

namespace monitora {

class JobStore;

namespace jobs {

constexpr int kMaxAttempts = 5;

// What a kind of job does. `payload` is JSON; `last_attempt` says that no other follows. Runs under
// a Deadline whose stop token is triggered when the runner stops or the lease is lost: the job then
// ends soon and is taken up later. Must be safe to repeat.
using Handler = std::function<Status(const std::string& payload, bool last_attempt)>;

struct RunnerOptions {
  std::string node;  // this process, unique
  int threads = 1;
  std::chrono::seconds lease{15};
  std::chrono::milliseconds idle_wait{500};  // between looks at an empty queue
};

class Runner {
 public:
  // `store` outlives the runner. Threads start at once.
  Runner(JobStore& store, std::map<std::string, Handler> handlers, RunnerOptions options);
  ~Runner();  // stops: running jobs are interrupted and given back
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void wake();  // a job was just queued: look now. Thread-safe.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jobs
}  // namespace monitora
