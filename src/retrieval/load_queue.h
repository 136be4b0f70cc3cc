// The threads that load workspaces: those that requests ask for first, then those that were in use
// before the start, one at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/status.h"
#include "retrieval/index_files.h"
#include "retrieval/workspace_index.h"

namespace monitora::retrieval {

// A workspace that is in memory or being loaded.
struct Slot {
  std::mutex mutex;  // guards what follows up to file_mutex; held for a moment
  std::condition_variable_any changed;
  std::shared_ptr<WorkspaceIndex> index;
  bool loading = false;
  bool again = false;  // what is being loaded is not believed any longer
  Status failure;      // of the last load
  std::vector<std::function<void(WorkspaceIndex&)>> changes;  // that came while it was loaded

  std::mutex file_mutex;
  IndexFiles::Known known;      // guarded by file_mutex
  std::uint64_t last_used = 0;  // this and touched: guarded by the retriever's mutex
  std::uint64_t touched = 0;    // last_used as its files' date tells it
};

// Thread-safe. Its end waits for the loads under way, which should heed their stop token.
class LoadQueue {
 public:
  // Loads a slot that is marked as being loaded.
  using Fill = std::function<void(const WorkspaceId&, Slot&, const std::stop_token&)>;
  // Marks a workspace as being loaded, or nothing when it is not to be.
  using Begin = std::function<std::shared_ptr<Slot>(const WorkspaceId&)>;
  LoadQueue(Fill fill, Begin begin_preload);

  void load(const WorkspaceId& workspace, std::shared_ptr<Slot> slot);
  void preload(const std::vector<WorkspaceId>& workspaces);
  // Until nothing is queued or under way.
  void wait_idle();

 private:
  void run(const std::stop_token& stop);

  const Fill fill_;
  const Begin begin_preload_;
  std::mutex mutex_;  // guards what follows
  std::deque<std::pair<WorkspaceId, std::shared_ptr<Slot>>> loads_;
  std::deque<WorkspaceId> preloads_;
  int under_way_ = 0;  // preloads included
  bool preloading_ = false;
  std::condition_variable_any work_;
  std::condition_variable idle_;
  std::vector<std::jthread> threads_;  // last: they use the others
};

}  // namespace monitora::retrieval
