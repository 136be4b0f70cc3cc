#include "app/topics.h"

#include <boost/json.hpp>

#include "app/topic_run.h"
#include "base/deadline.h"
#include "base/log.h"

namespace monitora {
namespace {

// Some thousands of new wordings.
constexpr std::chrono::seconds kPatience{8};

}  // namespace

Result<bool> Topics::refresh(const WorkspaceId& workspace, std::chrono::milliseconds embedding) {
  {
    const std::lock_guard lock(mutex_);
    if (!under_way_.insert(workspace).second) return false;
  }
  Result<bool> done = TopicRunner(parts_, workspace).run(embedding);
  const std::lock_guard lock(mutex_);
  under_way_.erase(workspace);
  ended_.notify_all();
  return done;
}

Result<bool> Topics::refresh_soon(const WorkspaceId& workspace) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  {
    std::unique_lock lock(mutex_);
    ended_.wait_until(lock, until, [&] { return !under_way_.contains(workspace); });
  }
  const auto left = until - std::chrono::steady_clock::now();
  MONITORA_ASSIGN(const bool done,
                  refresh(workspace, std::chrono::floor<std::chrono::milliseconds>(left)));
  if (done) return true;
  const std::string payload =
      boost::json::serialize(boost::json::object{{"workspace_id", workspace.to_string()}});
  MONITORA_TRY(parts_.jobs.enqueue(std::string(kRefreshJob), payload, parts_.clock.now()).status());
  parts_.wake_jobs();
  return false;
}

Status Topics::refresh_all() {
  MONITORA_ASSIGN(const std::vector<WorkspaceId> workspaces, parts_.store.outdated());
  for (const WorkspaceId& workspace : workspaces) {
    const Status status = refresh(workspace, kAsLongAsItTakes).status();
    if (status.ok() || status.code() == Code::not_found) continue;  // deleted meanwhile
    if (Deadline::current().expired()) return status;
    // The others' topics do not wait for this one's.
    log::warning("workspace {}: no topics: {}", workspace.to_string(), status.to_string());
  }
  return {};
}

}  // namespace monitora
