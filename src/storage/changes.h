// What stores write beside their own rows, in the same transaction: change_log and jobs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
// (app/change_follower.h).
Status log_change(sql::Connection& connection, const WorkspaceId& workspace,
                  std::string_view entity, std::string_view entity_id, std::string_view operation,
                  Time now, std::span<const MessageId> messages = {});

// How change_log keeps Change::messages.
std::string write_message_ids(std::span<const MessageId> messages);
std::vector<MessageId> read_message_ids(std::string_view text);

// One row of jobs, due at `run_after`. `payload` is JSON.
Result<JobId> insert_job(sql::Connection& connection, std::string_view kind,
                         std::string_view payload, Time run_after, Time now);

// The payload of an `index_document` job.
std::string index_document_payload(const WorkspaceId& workspace, const DocumentId& document);

// An `index_document` job, due now, for each of these that has none waiting: it would do the same
// again.
Status insert_index_jobs(sql::Connection& connection, const WorkspaceId& workspace,
                         const std::vector<DocumentId>& documents, Time now);

// The payload of a `handover_mail` job.
std::string handover_mail_payload(const WorkspaceId& workspace, const ConversationId& conversation);

// One row with the column `version`: the sequence of the last change of a workspace's chunks (a
// document indexed or deleted), NULL before the first. Its two `?` are the workspace. Uploads and
// changes of status do not count: they change no index. Two maxima rather than IN: each is the last
// entry of a range of the index.
inline constexpr std::string_view kChunksVersion =
    "SELECT MAX(latest.sequence) AS version FROM ("
    "SELECT MAX(sequence) AS sequence FROM change_log "
    "WHERE workspace_id = ? AND entity = 'document' AND operation = 'indexed' "
    "UNION ALL "
    "SELECT MAX(sequence) AS sequence FROM change_log "
    "WHERE workspace_id = ? AND entity = 'document' AND operation = 'deleted') latest";

// What kChunksVersion answers, 0 for NULL.
Result<std::int64_t> chunks_version(sql::Connection& connection, const WorkspaceId& workspace);

// A foreign key that does not hold says that the workspace is not there: not_found, as for any id.
Status workspace_must_exist(Status status);

// NULL for an empty text.
inline sql::Param p_or_null(std::string_view text) {
  return text.empty() ? sql::Param(nullptr) : sql::Param(text);
}

}  // namespace monitora::storage
