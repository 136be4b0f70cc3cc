#include "jobs/runner.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/deadline.h"
#include "base/log.h"
#include "ports/job_store.h"

namespace monitora::jobs {
namespace {

constexpr std::chrono::minutes kJobLimit{30};

std::chrono::seconds retry_after(int attempts) {
  std::chrono::seconds wait{5};
  for (int i = 1; i < attempts; ++i) wait *= 5;
  return wait;
}

}  // namespace

struct Runner::State {
  State(JobStore& store_in, std::map<std::string, Handler> handlers_in, RunnerOptions options_in)
      : store(store_in), handlers(std::move(handlers_in)), options(std::move(options_in)) {
    for (const auto& [kind, handler] : handlers) kinds.push_back(kind);
  }

  void work(std::stop_token stop) {
    while (!stop.stop_requested()) {
      Result<std::optional<Job>> leased = store.lease(options.node, kinds, options.lease);
      if (!leased.ok())
        log::warning("the job queue cannot be read: {}", leased.status().to_string());
      if (leased.ok() && *leased) {
        run(**leased, stop);
        continue;
      }
      std::unique_lock lock(mutex);
      const std::uint64_t seen = wakes;
      condition.wait_for(lock, stop, options.idle_wait, [&] { return wakes != seen; });
    }
  }

  void run(const Job& job, const std::stop_token& runner_stop) {
    std::stop_source job_stop;
    std::stop_callback stop_with_runner(runner_stop, [&] { job_stop.request_stop(); });
    Status status;
    {
      // Extends the lease while the job runs; a lost lease stops the job.
      std::jthread heartbeat([&](std::stop_token done) { keep_lease(job, done, job_stop); });
      ScopedDeadline deadline(Deadline::in(kJobLimit, job_stop.get_token()));
      status = handlers.at(job.kind)(job.payload, job.attempts >= kMaxAttempts);
    }
    settle(job, status, runner_stop.stop_requested());
  }

  void keep_lease(const Job& job, const std::stop_token& done, std::stop_source& job_stop) {
    std::mutex own;
    std::condition_variable_any condition_own;
    std::unique_lock lock(own);
    while (!condition_own.wait_for(lock, done, options.lease / 3, [] { return false; }) &&
           !done.stop_requested()) {
      const Status status = store.extend(options.node, job.id, options.lease);
      if (status.code() != Code::conflict && status.code() != Code::not_found) continue;
      log::warning("job {} ({}) was taken over by another node", job.id.to_string(), job.kind);
      job_stop.request_stop();
      return;
    }
  }

  void settle(const Job& job, const Status& status, bool stopping) {
    Status settled;
    if (status.ok()) {
      settled = store.complete(options.node, job.id);
    } else if (stopping) {
      settled = store.fail(options.node, job.id, "interrupted by a stop", std::chrono::seconds(0));
    } else {
      log::warning("job {} ({}), attempt {}: {}", job.id.to_string(), job.kind, job.attempts,
                   status.to_string());
      const bool last = job.attempts >= kMaxAttempts;
      settled = store.fail(options.node, job.id, status.to_string(),
                           last ? std::nullopt : std::optional(retry_after(job.attempts)));
    }
    // Not fatal: the lease runs out and the job is done again, which it allows.
    if (!settled.ok())
      log::warning("job {} could not be settled: {}", job.id.to_string(), settled.to_string());
  }

  JobStore& store;
  std::map<std::string, Handler> handlers;
  RunnerOptions options;
  std::vector<std::string> kinds;
  std::mutex mutex;
  std::condition_variable_any condition;
  std::uint64_t wakes = 0;
  std::vector<std::jthread> threads;  // last: they end before what they use
};

Runner::Runner(JobStore& store, std::map<std::string, Handler> handlers, RunnerOptions options)
    : state_(std::make_unique<State>(store, std::move(handlers), std::move(options))) {
  for (int i = 0; i < state_->options.threads; ++i)
    state_->threads.emplace_back(
        [state = state_.get()](std::stop_token stop) { state->work(stop); });
}

Runner::~Runner() {
  for (std::jthread& thread : state_->threads) thread.request_stop();
}

void Runner::wake() {
  const std::lock_guard lock(state_->mutex);
  ++state_->wakes;
  state_->condition.notify_all();
}

}  // namespace monitora::jobs
