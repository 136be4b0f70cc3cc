#include "storage/export_messages.h"

#include <algorithm>

#include "storage/conversation_rows.h"
#include "storage/time_list.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

constexpr int kConversations = 100;
constexpr int kMessages = 500;

}  // namespace

Status MessageExport::run(const Each& each) {
  MONITORA_TRY(run(true, each));
  return run(false, each);
}

Status MessageExport::run(bool dated, const Each& each) {
  std::optional<Position> after;
  for (;;) {
    MONITORA_ASSIGN(const Batch batch, conversations(dated, after));
    if (batch.conversations.empty()) return {};
    const Conversation& last = batch.conversations.back();
    after = Position{dated ? std::optional(last.started_at) : std::nullopt, last.id.uuid()};
    MONITORA_TRY(run(batch, true, each));
    MONITORA_TRY(run(batch, false, each));
  }
}

Status MessageExport::run(const Batch& batch, bool dated_messages, const Each& each) {
  std::optional<Progress> progress;
  for (;;) {
    MONITORA_ASSIGN(const auto found, messages(batch, dated_messages, progress));
    std::size_t current = progress ? progress->conversation : 0;
    for (const Message& message : found) {
      while (batch.conversations[current].id != message.conversation_id) ++current;
      MONITORA_TRY(each(batch.conversations[current], message));
    }
    if (found.size() < static_cast<std::size_t>(kMessages)) return {};
    progress = Progress{current, found.back().created_at, found.back().id};
  }
}

Result<MessageExport::Batch> MessageExport::conversations(bool dated,
                                                          const std::optional<Position>& after) {
  Batch batch;
  batch.dated = dated;
  MONITORA_TRY(pool_.report([&](Connection& connection) -> Status {
    MONITORA_ASSIGN(const FilterClause conditions, FilterClause::make(connection, filter_));
    TimeList list{.statement = "SELECT " + std::string(kConversationColumns) +
                               " FROM conversations c WHERE c.workspace_id = ?",
                  .params = {p(workspace_)},
                  .time = "c.started_at",
                  .id = "c.id",
                  .undated_at_all =
                      "SELECT c.id FROM conversations c WHERE c.workspace_id = ? "
                      "AND c.started_at IS NULL"};
    conditions.append(list.statement, list.params);
    return (dated ? query_dated : query_undated)(
        connection, list, after, kConversations, [&](const Row& row) {
          batch.conversations.push_back(read_conversation(row));
          return Status();
        });
  }));
  return batch;
}

// From `after` on: the rest of the conversation that it stands in, then those that follow it.
Result<std::vector<Message>> MessageExport::messages(const Batch& in, bool dated,
                                                     const std::optional<Progress>& after) {
  const std::vector<Conversation>& batch = in.conversations;
  const std::size_t first = after ? after->conversation : 0;
  std::vector<Message> found;
  MONITORA_TRY(pool_.report([&](Connection& connection) {
    std::string statement = "SELECT " + std::string(kMessageColumns) +
                            " FROM conversations c JOIN messages m ON m.conversation_id = c.id "
                            "WHERE c.workspace_id = ?";
    std::vector<Param> params{p(workspace_)};
    if (in.dated) {
      statement += " AND c.started_at >= ? AND c.started_at <= ?";
      params.insert(params.end(), {p(batch[first].started_at), p(batch.back().started_at)});
    } else {
      statement += " AND c.started_at IS NULL";
    }
    statement += " AND c.id IN (";
    // Always as many places, so that there is one statement to prepare: the last id fills them.
    for (std::size_t i = first; i < first + kConversations; ++i) {
      statement += i == first ? "?" : ", ?";
      params.push_back(p(batch[std::min(i, batch.size() - 1)].id));
    }
    statement += dated ? ") AND m.created_at IS NOT NULL" : ") AND m.created_at IS NULL";
    if (after && dated) {
      statement += " AND (c.id <> ? OR m.created_at > ? OR (m.created_at = ? AND m.id > ?))";
      params.insert(params.end(),
                    {p(batch[first].id), p(after->time), p(after->time), p(after->message)});
    } else if (after) {
      statement += " AND (c.id <> ? OR m.id > ?)";
      params.insert(params.end(), {p(batch[first].id), p(after->message)});
    }
    statement += " ORDER BY c.started_at, c.id, m.created_at, m.id";
    append_limit(connection.dialect(), kMessages, statement, params);
    return connection.query(statement, params, [&](const Row& row) {
      found.push_back(read_message(row, 0));
      return Status();
    });
  }));
  return found;
}

}  // namespace monitora::storage
