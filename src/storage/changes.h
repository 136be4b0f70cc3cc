// What stores write beside their own rows, in the same transaction: change_log and jobs.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"
#include "sql/connection.h"

namespace monitora::storage {

// One row of change_log; entity and operation as ports/job_store.h lists them.
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
//
// Versions grow in the order of commits as long as writers are serialised, as SQLite does.
Result<std::int64_t> chunks_version(sql::Connection& connection, const WorkspaceId& workspace);

// A foreign key that does not hold says that the workspace is not there: not_found, as for any id.
Status workspace_must_exist(Status status);

// NULL for an empty text.
inline sql::Param p_or_null(std::string_view text) {
  return text.empty() ? sql::Param(nullptr) : sql::Param(text);
}

}  // namespace monitora::storage
