#include "storage/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <unordered_set>

#include "ports/job_store.h"
#include "sql/locks.h"

namespace monitora::storage {

using sql::p;

Status log_change(sql::Connection& connection, const WorkspaceId& workspace,
                  std::string_view entity, std::string_view entity_id, std::string_view operation,
                  Time now, std::span<const MessageId> messages) {
  const bool changes_index =
      entity == "document" && (operation == "indexed" || operation == "deleted");
  if (changes_index)
    MONITORA_TRY(sql::lock_until_end(connection, "monitora chunks " + workspace.to_string()));
  connection.note_change();
  const std::string ids = write_message_ids(messages);
  return connection.post(
      "INSERT INTO change_log (workspace_id, entity, entity_id, operation, at, message_ids) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      {p(workspace), p(entity), p(entity_id), p(operation), p(now), p_or_null(ids)});
}

std::string write_message_ids(std::span<const MessageId> messages) {
  std::string text;
  if (messages.size() > Change::kMostNamed) return text;
  for (const MessageId& message : messages)
    text.append(text.empty() ? "" : ",").append(message.to_string());
  return text;
}

std::vector<MessageId> read_message_ids(std::string_view text) {
  std::vector<MessageId> messages;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const auto id = MessageId::parse(text.substr(0, comma))) messages.push_back(*id);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return messages;
}

Result<JobId> insert_job(sql::Connection& connection, std::string_view kind,
                         std::string_view payload, Time run_after, Time now) {
  const JobId id = JobId::random();
  MONITORA_TRY(connection.post(
      "INSERT INTO jobs (id, kind, payload, status, attempts, run_after, created_at) "
      "VALUES (?, ?, ?, 'pending', 0, ?, ?)",
      {p(id), p(kind), p(payload), p(run_after), p(now)}));
  return id;
}

std::string index_document_payload(const WorkspaceId& workspace, const DocumentId& document) {
  return fmt::format(R"({{"workspace_id":"{}","document_id":"{}"}})", workspace.to_string(),
                     document.to_string());
}

std::string handover_mail_payload(const WorkspaceId& workspace,
                                  const ConversationId& conversation) {
  return fmt::format(R"({{"workspace_id":"{}","conversation_id":"{}"}})", workspace.to_string(),
                     conversation.to_string());
}

namespace {

// The documents for which an `index_document` job is due and not taken yet.
Result<std::unordered_set<std::string>> waiting_documents(sql::Connection& connection, Time now) {
  std::unordered_set<std::string> waiting;
  MONITORA_TRY(connection.query(
      "SELECT payload FROM jobs WHERE status = 'pending' AND run_after <= ? AND kind = "
      "'index_document'",
      {p(now)}, [&](const sql::Row& row) {
        boost::system::error_code error;
        const boost::json::value payload = boost::json::parse(row.text(0), error);
        if (const auto* object = error ? nullptr : payload.if_object())
          if (const auto* id = object->if_contains("document_id"); id && id->is_string())
            waiting.emplace(id->get_string());
        return Status();
      }));
  return waiting;
}

}  // namespace

Status insert_index_jobs(sql::Connection& connection, const WorkspaceId& workspace,
                         const std::vector<DocumentId>& documents, Time now) {
  MONITORA_ASSIGN(const auto waiting, waiting_documents(connection, now));
  constexpr std::string_view kColumns[] = {"id", "kind", "payload", "run_after", "created_at"};
  std::size_t next = 0;
  std::string payload;
  return connection
      .insert_many(
          "jobs", kColumns,
          [&](std::span<sql::Param> row) -> Result<bool> {
            while (next < documents.size() && waiting.contains(documents[next].to_string())) ++next;
            if (next == documents.size()) return false;
            payload = index_document_payload(workspace, documents[next++]);
            row[0] = p(JobId::random());
            row[1] = p("index_document");
            row[2] = p(payload);
            row[3] = p(now);
            row[4] = p(now);
            return true;
          })
      .status();
}

Result<std::int64_t> chunks_version(sql::Connection& connection, const WorkspaceId& workspace) {
  std::int64_t version = 0;
  MONITORA_TRY(
      connection.query(kChunksVersion, {p(workspace), p(workspace)}, [&](const sql::Row& row) {
        version = row.integer(0);
        return Status();
      }));
  return version;
}

Status workspace_must_exist(Status status) {
  if (status.code() == Code::conflict && status.key() == "foreign_key_violation")
    return Status::not_found("workspace_not_found").with_detail(status.detail());
  return status;
}

}  // namespace monitora::storage
