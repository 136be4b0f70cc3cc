#include "storage/conversation_rows.h"

#include "base/text.h"
#include "storage/json.h"
#include "storage/postgres/search_texts.h"
#include "storage/sqlserver/search_texts.h"
#include "storage/text_search.h"

namespace monitora::storage {
namespace {

using sql::p;

std::optional<int> integer_or_nothing(const sql::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<int>(row.integer(column));
}

}  // namespace

Conversation read_conversation(const sql::Row& row) {
  Conversation conversation;
  conversation.id = ConversationId(row.uuid(0));
  conversation.workspace_id = WorkspaceId(row.uuid(1));
  conversation.visitor_id = row.text(2);
  conversation.title = row.text(3);
  conversation.channel = parse_channel(row.text(4)).value_or(Channel::widget);
  conversation.started_at = row.time(5);
  if (!row.is_null(6)) conversation.last_message_at = row.time(6);
  if (!row.is_null(7)) conversation.ended_at = row.time(7);
  conversation.messages_count = static_cast<int>(row.integer(8));
  conversation.satisfaction = integer_or_nothing(row, 9);
  conversation.handover = parse_handover(row.text(10)).value_or(Handover::bot);
  if (!row.is_null(11)) conversation.handover_at = row.time(11);
  conversation.handover_contact = row.text(12);
  return conversation;
}

Message read_message(const sql::Row& row, int first) {
  Message message;
  message.id = MessageId(row.uuid(first));
  message.conversation_id = ConversationId(row.uuid(first + 1));
  message.role = row.text(first + 2);
  message.content = row.text(first + 3);
  message.sources = read_sources(row.text(first + 4));
  if (!row.is_null(first + 5)) message.rag_score = row.real(first + 5);
  message.feedback = integer_or_nothing(row, first + 6);
  message.is_resolved = row.boolean(first + 7);
  message.is_complete = row.boolean(first + 8);
  message.cached = row.boolean(first + 9);
  message.response_time_ms = integer_or_nothing(row, first + 10);
  message.ttfb_ms = integer_or_nothing(row, first + 11);
  message.tokens_used = integer_or_nothing(row, first + 12);
  message.model = row.text(first + 13);
  message.metadata = row.text(first + 14);
  message.created_at = row.time(first + 15);
  return message;
}

Result<FilterClause> FilterClause::make(sql::Connection& connection,
                                        const ConversationFilter& filter) {
  const sql::Database database = connection.dialect().database();
  FilterClause clause(filter, database);
  if (is_blank(filter.search)) return clause;
  const std::string_view words = trim(filter.search);
  clause.pattern_ = contains_pattern(database, words);
  MONITORA_ASSIGN(clause.indexed_,
                  search_index(connection, searched_words(words), clause.pattern_));
  return clause;
}

void FilterClause::append(std::string& statement, std::vector<sql::Param>& params) const {
  constexpr std::string_view kAnyMessage =
      "EXISTS (SELECT 1 FROM messages f WHERE f.conversation_id = c.id AND ";
  if (filter_.from) {
    statement += " AND c.last_message_at >= ?";
    params.push_back(p(*filter_.from));
  }
  if (filter_.to) {
    statement += " AND c.last_message_at < ?";
    params.push_back(p(*filter_.to));
  }
  if (filter_.channel) {
    statement += " AND c.channel = ?";
    params.push_back(p(to_string(*filter_.channel)));
  }
  if (filter_.handover) {
    statement += " AND c.handover = ?";
    params.push_back(p(to_string(*filter_.handover)));
  }
  if (filter_.feedback) {
    statement += " AND ";
    statement += kAnyMessage;
    statement += "f.feedback = ?)";
    params.push_back(p(*filter_.feedback));
  }
  if (filter_.max_confidence) {
    statement += " AND ";
    statement += kAnyMessage;
    statement += "f.role = 'assistant' AND f.rag_score <= ?)";
    params.push_back(p(*filter_.max_confidence));
  }
  if (!pattern_.empty()) {
    if (!indexed_.condition.empty()) {
      statement += indexed_.condition;
      params.push_back(p(indexed_.param));
    }
    const std::string title = contains_clause(database_, "c.title");
    const std::string content = contains_clause(database_, "f.content");
    if (database_ == sql::Database::sqlserver) {
      statement += sqlserver::settled_or_said(indexed_.settled, title, content);
    } else {
      statement += " AND (";
      if (!indexed_.settled.empty()) statement += std::string(indexed_.settled) + " OR ";
      statement += title + " OR ";
      statement += database_ == sql::Database::postgres ? postgres::any_message(content)
                                                        : std::string(kAnyMessage) + content + ")";
      statement += ")";
    }
    params.push_back(p(pattern_));
    params.push_back(p(pattern_));
  }
}

}  // namespace monitora::storage
