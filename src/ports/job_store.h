// The durable queue, what changed, and who did what.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ports/stores.h"

namespace monitora {

struct Job {
  JobId id;
  std::string kind;
  std::string payload;  // JSON
  int attempts = 0;     // this one included
};

class JobStore {
 public:
  virtual ~JobStore() = default;
  virtual Result<JobId> enqueue(const std::string& kind, const std::string& payload,
                                Time run_after) = 0;
  // A job of this kind that is due now, unless one waits, runs, or was queued less than `every`
  // ago: periodic work that any node may ask for and one does. Two that ask at the same moment may
  // make two.
  virtual Status enqueue_periodic(const std::string& kind, std::chrono::seconds every) = 0;
  // The oldest due job of these kinds that nobody holds, held by `node` until the lease ends; two
  // nodes never get the same. Nothing when none is due. Jobs whose lease has run out (a dead node)
  // are due again.
  virtual Result<std::optional<Job>> lease(const std::string& node,
                                           const std::vector<std::string>& kinds,
                                           std::chrono::seconds duration) = 0;
  // conflict `lease_lost` when another node holds it now.
  virtual Status extend(const std::string& node, const JobId& job,
                        std::chrono::seconds duration) = 0;
  virtual Status complete(const std::string& node, const JobId& job) = 0;
  // Due again after `retry_in`, or `failed` for good when it is nothing.
  virtual Status fail(const std::string& node, const JobId& job, const std::string& error,
                      std::optional<std::chrono::seconds> retry_in) = 0;
  struct Counts {
    std::int64_t pending = 0;
    std::int64_t running = 0;
    std::int64_t failed = 0;
  };
  virtual Result<Counts> counts() = 0;
  virtual Status remove_finished(Time before) = 0;
};

// What every node reads to learn what others changed. Written by the stores in the same
// transaction.
struct Change {
  std::int64_t sequence = 0;
  WorkspaceId workspace_id;
  std::string entity;  // document, workspace, conversation, message, insights, api_key,
                       // answer, database
  // Of a message: its conversation's id (a new conversation comes with its messages and is told of
  // alone); of insights: the workspace's.
  std::string entity_id;
  std::string operation;  // created, updated, deleted, indexed
  Time at;
  // Those that a message or conversation `created` brought, and the one that was `updated`. Of more
  // than kMostNamed none is named.
  static constexpr std::size_t kMostNamed = 10;
  std::vector<MessageId> messages;
};

class ChangeLog {
 public:
  virtual ~ChangeLog() = default;
  virtual Result<std::int64_t> latest() = 0;
  // In order, at most `limit`. A sequence is given when a row is written and seen when its
  // transaction commits: what is missing between two may still come.
  virtual Result<std::vector<Change>> since(std::int64_t sequence, int limit) = 0;
  // The same, of one workspace.
  virtual Result<std::vector<Change>> of_workspace(const WorkspaceId& workspace,
                                                   std::int64_t sequence, int limit) = 0;
  // Forgets what happened before, but for the last change of each workspace's chunks: it is their
  // version.
  virtual Status prune(Time before) = 0;
};

class AuditLog {
 public:
  virtual ~AuditLog() = default;
  struct Entry {
    std::string actor;   // a user's id, `key:<id>`, or `system`
    std::string action;  // user.login, workspace.delete, …
    std::optional<WorkspaceId> workspace_id;
    std::string target;
    std::string ip_address;
    std::string detail;  // JSON, or empty
  };
  virtual Status append(const Entry& entry) = 0;
};

}  // namespace monitora
