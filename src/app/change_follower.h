// The one reader of the change log in a process: keeps its indexes at what the database says, and
// tells its listeners what happens, whichever process did it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/index_follower.h"
#include "base/clock.h"
#include "ports/event_bus.h"

namespace monitora {

// listen() and wake() are thread-safe; look() and run() belong to one thread, which is the bus'.
class ChangeFollower final : public EventBus {
 public:
  // How long a change that is missing between two others is waited for. Its transaction may still
  // commit (sequences are given before); one that was undone leaves its place empty for good.
  static constexpr std::chrono::seconds kPatience{60};
  // How long the change log is kept. A node that has not read it for longer loads anew.
  static constexpr std::chrono::hours kKept{24};
  // Between two looks when nobody wakes it: how late another node's change is heard of.
  static constexpr std::chrono::milliseconds kEvery{500};

  // Begins after the latest change there is; indexes are loaded with what came before. Both
  // outlive it.
  static Result<std::unique_ptr<ChangeFollower>> start(ChangeLog& changes, IndexFollower indexes,
                                                       const Clock& clock);

  std::shared_ptr<void> listen(const WorkspaceId& workspace, Listener listener) override;
  // A change has just been committed here: look now. Cheap.
  void wake() noexcept;

  // Looks whenever it is woken, and every kEvery; returns when stopped.
  void run(const std::stop_token& stop);

  // Tells what changed since the last call: this process' own changes too, for which the indexes'
  // part is a repetition without effect. A change's index is put before its listeners hear of it,
  // so that who hears that a document is indexed can ask for it. After an error of the log the next
  // call goes on from the same place; changes that an index could not take wait for the next call,
  // and keep nobody else waiting.
  Status look();

 private:
  struct Subscription;
  // Shared with the handles, which may be dropped after the follower's end.
  struct Subscriptions {
    std::mutex mutex;
    std::unordered_map<WorkspaceId, std::vector<std::shared_ptr<Subscription>>> of;
  };

  ChangeFollower(ChangeLog& changes, IndexFollower indexes, const Clock& clock)
      : changes_(changes), indexes_(std::move(indexes)), clock_(clock), read_at_(clock.now()) {}

  void tell(const Change& change);
  void settle(Time now);

  ChangeLog& changes_;
  IndexFollower indexes_;
  const Clock& clock_;
  std::int64_t settled_ = 0;           // up to here nothing can come any more
  std::int64_t last_ = 0;              // the latest that was seen
  std::map<std::int64_t, Time> seen_;  // told, behind a place that is empty: since when
  Time read_at_;
  Time looked_back_at_{};

  const std::shared_ptr<Subscriptions> subscriptions_ = std::make_shared<Subscriptions>();
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool awake_ = false;  // under mutex_
};

}  // namespace monitora
