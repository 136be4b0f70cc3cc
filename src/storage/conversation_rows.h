// Reading rows of conversations and messages, and the filter of their lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/conversation.h"
#include "ports/conversation_store.h"
#include "sql/connection.h"
#include "storage/search_index.h"

namespace monitora::storage {

// Of `conversations c`, for read_conversation.
inline constexpr std::string_view kConversationColumns =
    "c.id, c.workspace_id, c.visitor_id, c.title, c.channel, c.started_at, c.last_message_at, "
    "c.ended_at, c.messages_count, c.satisfaction, c.handover, c.handover_at, c.handover_contact";
inline constexpr int kConversationColumnCount = 13;
Conversation read_conversation(const sql::Row& row);

// Of `messages m`, for read_message, whose first column is `first`.
inline constexpr std::string_view kMessageColumns =
    "m.id, m.conversation_id, m.role, m.content, m.sources, m.rag_score, m.feedback, "
    "m.is_resolved, "
    "m.is_complete, m.cached, m.response_time_ms, m.ttfb_ms, m.tokens_used, m.model, m.metadata, "
    "m.created_at";
inline constexpr int kMessageColumnCount = 16;
Message read_message(const sql::Row& row, int first);

// A ConversationFilter as conditions on `conversations c`. Owns the texts that its params view.
class FilterClause {
 public:
  // Looks up in the database's index of what was said which conversations can have the words that
  // are searched for. The filter outlives it.
  static Result<FilterClause> make(sql::Connection& connection, const ConversationFilter& filter);

  // Appends " AND …" for each condition, and its params, which view this object.
  void append(std::string& statement, std::vector<sql::Param>& params) const;

 private:
  FilterClause(const ConversationFilter& filter, sql::Database database)
      : filter_(filter), database_(database) {}
  const ConversationFilter& filter_;
  sql::Database database_;
  std::string pattern_;
  IndexedSearch indexed_;
};

}  // namespace monitora::storage
