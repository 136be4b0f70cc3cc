// What stores write beside their own rows, in the same transaction: change_log and jobs.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "sql/connection.h"

namespace monitora::storage {

// One row of change_log; entity and operation as ports/job_store.h lists them. The last write of a
// transaction: it may go out together with the commit.
//
// Sequences are given before commits, and commits come in any order. What changes an index (a
// document indexed or deleted) therefore waits for the other such transactions of its workspace, so
// that a workspace's versions grow in the order of commits. One lock for the whole log would make
// every answer of every chat wait for the commit of another; so across workspaces a smaller
// sequence may appear after a larger one, and who follows the log looks back
// (app/index_follower.h).
Status log_change(sql::Connection& connection, const WorkspaceId& workspace,
                  std::string_view entity, std::string_view entity_id, std::string_view operation,
                  Time now);

// One row of jobs, due at `run_after`. `payload` is JSON.
Result<JobId> insert_job(sql::Connection& connection, std::string_view kind,
                         std::string_view payload, Time run_after, Time now);

// The payload of an `index_document` job.
std::string index_document_payload(const WorkspaceId& workspace, const DocumentId& document);

// The last change of the workspace's chunks (a document indexed or deleted), 0 before the first.
// Uploads and changes of status do not count: they change no index.
Result<std::int64_t> chunks_version(sql::Connection& connection, const WorkspaceId& workspace);

// A foreign key that does not hold says that the workspace is not there: not_found, as for any id.
Status workspace_must_exist(Status status);

// NULL for an empty text.
inline sql::Param p_or_null(std::string_view text) {
  return text.empty() ? sql::Param(nullptr) : sql::Param(text);
}

}  // namespace monitora::storage
