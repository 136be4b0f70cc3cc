#include "storage/export_messages.h"

#include <algorithm>

#include "storage/conversation_rows.h"

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
  std::optional<Position> after;
  for (;;) {
    MONITORA_ASSIGN(const auto batch, conversations(after));
    if (batch.empty()) return {};
    after = Position{batch.back().started_at, batch.back().id.uuid()};
    std::optional<Progress> progress;
    for (;;) {
      MONITORA_ASSIGN(const auto found, messages(batch, progress));
      std::size_t current = progress ? progress->conversation : 0;
      for (const Message& message : found) {
        while (batch[current].id != message.conversation_id) ++current;
        MONITORA_TRY(each(batch[current], message));
      }
      if (found.size() < static_cast<std::size_t>(kMessages)) break;
      progress = Progress{current, {found.back().created_at, found.back().id.uuid()}};
    }
  }
}

Result<std::vector<Conversation>> MessageExport::conversations(
    const std::optional<Position>& after) {
  std::vector<Conversation> found;
  MONITORA_TRY(pool_.report([&](Connection& connection) -> Status {
    MONITORA_ASSIGN(const FilterClause conditions, FilterClause::make(connection, filter_));
    std::string statement = "SELECT " + std::string(kConversationColumns) +
                            " FROM conversations c WHERE c.workspace_id = ?";
    std::vector<Param> params{p(workspace_)};
    conditions.append(statement, params);
    if (after) {
      statement += " AND c.started_at >= ? AND (c.started_at > ? OR c.id > ?)";
      params.insert(params.end(), {p(after->time), p(after->time), p(after->id)});
    }
    statement += " ORDER BY c.started_at, c.id";
    append_limit(connection.dialect(), kConversations, statement, params);
    return connection.query(statement, params, [&](const Row& row) {
      found.push_back(read_conversation(row));
      return Status();
    });
  }));
  return found;
}

// From `after` on: the rest of the conversation that it stands in, then those that follow it.
Result<std::vector<Message>> MessageExport::messages(const std::vector<Conversation>& batch,
                                                     const std::optional<Progress>& after) {
  const std::size_t first = after ? after->conversation : 0;
  std::vector<Message> found;
  MONITORA_TRY(pool_.report([&](Connection& connection) {
    std::string statement = "SELECT " + std::string(kMessageColumns) +
                            " FROM conversations c JOIN messages m ON m.conversation_id = c.id "
                            "WHERE c.workspace_id = ? AND c.started_at >= ? "
                            "AND c.started_at <= ? AND c.id IN (";
    std::vector<Param> params{p(workspace_), p(batch[first].started_at),
                              p(batch.back().started_at)};
    // Always as many places, so that there is one statement to prepare: the last id fills them.
    for (std::size_t i = first; i < first + kConversations; ++i) {
      statement += i == first ? "?" : ", ?";
      params.push_back(p(batch[std::min(i, batch.size() - 1)].id));
    }
    statement += ")";
    if (after) {
      statement += " AND (c.id <> ? OR m.created_at > ? OR (m.created_at = ? AND m.id > ?))";
      const Position& at = after->message;
      params.insert(params.end(), {p(batch[first].id), p(at.time), p(at.time), p(at.id)});
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
