#include <algorithm>
#include <boost/json.hpp>

#include "domain/webhook.h"
#include "storage/changes.h"
#include "storage/conversation_rows.h"
#include "storage/cursor.h"
#include "storage/export_messages.h"
#include "storage/figures.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/search_index.h"
#include "storage/stores.h"
#include "storage/time_list.h"
#include "storage/webhook_outbox.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

Status absent() {
  return Status::not_found("conversation_not_found");
}

std::string select_conversation(std::string_view more) {
  return "SELECT " + std::string(kConversationColumns) + std::string(more);
}

// Of kConversationColumns: when it was last spoken in.
std::optional<Time> latest_of(const Row& row) {
  const auto last = time_or_nothing(row, 6);
  return last ? last : time_or_nothing(row, 5);
}

class SqlConversationStore final : public ConversationStore {
 public:
  SqlConversationStore(sql::Pool& pool, const Clock& clock, const WebhookOutbox* outbox)
      : pool_(pool), clock_(clock), outbox_(outbox) {}

  Result<Page<Conversation>> list(const WorkspaceId& workspace, const ConversationFilter& filter,
                                  const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_cursor(page.cursor));
    Page<Conversation> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const FilterClause conditions, FilterClause::make(connection, filter));
      TimeList list{
          .statement = select_conversation(" FROM conversations c WHERE c.workspace_id = ?"),
          .params = {p(workspace)},
          .time = "COALESCE(c.last_message_at, c.started_at)",
          .id = "c.id",
          .latest_first = true,
          .undated_at_all =
              "SELECT c.id FROM conversations c WHERE c.workspace_id = ? "
              "AND c.started_at IS NULL AND c.last_message_at IS NULL"};
      conditions.append(list.statement, list.params);
      MONITORA_ASSIGN(
          found, read_page(connection, list, after, page_size(page), read_conversation, latest_of));
      return {};
    }));
    return found;
  }

  Result<Conversation> find(const WorkspaceId& workspace,
                            const ConversationId& conversation) override {
    return required(query_one(pool_,
                              select_conversation(
                                  " FROM conversations c WHERE c.id = ? AND c.workspace_id = ?"),
                              {p(conversation), p(workspace)}, read_conversation),
                    absent());
  }

  Result<Access> find_for_user(const UserId& user, const ConversationId& conversation) override {
    const auto read = [](const Row& row) {
      return Access{
          read_conversation(row),
          parse_user_role(row.text(kConversationColumnCount)).value_or(UserRole::lecteur)};
    };
    return required(
        query_one(pool_,
                  select_conversation(
                      ", CASE WHEN w.user_id = ? THEN 'admin' ELSE a.role END FROM conversations c "
                      "JOIN workspaces w ON w.id = c.workspace_id "
                      "LEFT JOIN workspace_members a ON a.workspace_id = w.id AND a.user_id = ? "
                      "WHERE c.id = ? AND (w.user_id = ? OR a.user_id = ?)"),
                  {p(user), p(user), p(conversation), p(user), p(user)}, read),
        absent());
  }

  Result<Page<Message>> messages(const WorkspaceId& workspace, const ConversationId& conversation,
                                 const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_cursor(page.cursor));
    MONITORA_TRY(find(workspace, conversation).status());
    const TimeList list{
        .statement = "SELECT " + std::string(kMessageColumns) +
                     " FROM conversations c JOIN messages m ON m.conversation_id = c.id "
                     "WHERE c.id = ? AND c.workspace_id = ?",
        .params = {p(conversation), p(workspace)},
        .time = "m.created_at",
        .id = "m.id"};
    return read_page(
        pool_, list, after, page_size(page), [](const Row& row) { return read_message(row, 0); },
        [](const Row& row) { return time_or_nothing(row, kMessageColumnCount - 1); });
  }

  Result<Recent> recent(const WorkspaceId& workspace, const ConversationId& conversation,
                        int turns) override {
    std::optional<Recent> found;
    const int wanted = std::max(turns, 0) * 2;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      // A conversation without messages is one row without a message.
      std::string statement = select_conversation(
          ", " + std::string(kMessageColumns) +
          " FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id "
          "WHERE c.id = ? AND c.workspace_id = ? ORDER BY m.created_at DESC, m.id DESC");
      std::vector<Param> params{p(conversation), p(workspace)};
      append_limit(connection.dialect(), std::max(wanted, 1), statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        if (!found) found = Recent{read_conversation(row), {}};
        if (wanted > 0 && !row.is_null(kConversationColumnCount))
          found->messages.push_back(read_message(row, kConversationColumnCount));
        return Status();
      });
    }));
    if (!found) return absent();
    std::reverse(found->messages.begin(), found->messages.end());
    return std::move(*found);
  }

  Result<std::vector<Message>> find_messages(const WorkspaceId& workspace,
                                             const ConversationId& conversation,
                                             const std::vector<MessageId>& messages) override {
    if (messages.empty()) return std::vector<Message>();
    std::vector<Param> params{p(conversation), p(workspace)};
    std::string places;
    for (const MessageId& message : messages) {
      places += places.empty() ? "?" : ", ?";
      params.push_back(p(message));
    }
    return read_messages(" AND m.id IN (" + places + ")", std::move(params), std::nullopt);
  }

  Result<std::vector<Message>> messages_after(const WorkspaceId& workspace,
                                              const ConversationId& conversation,
                                              std::optional<MessageId> message,
                                              int limit) override {
    std::vector<Param> params{p(conversation), p(workspace)};
    if (!message) return read_messages("", std::move(params), limit);
    MONITORA_ASSIGN(const std::vector<Message> from,
                    find_messages(workspace, conversation, {*message}));
    if (from.empty()) return Status::not_found("message_not_found");
    const Time at = from.front().created_at;
    params.insert(params.end(), {p(at), p(at), p(*message)});
    return read_messages(" AND m.created_at >= ? AND (m.created_at > ? OR m.id > ?)",
                         std::move(params), limit);
  }

  Status append(const WorkspaceId& workspace, const Conversation& conversation, bool is_new,
                const std::vector<Message>& messages) override {
    std::vector<MessageId> ids;
    for (const Message& message : messages)
      ids.push_back(message.id.is_nil() ? MessageId::random() : message.id);
    const Status status = pool_.transact([&](Connection& connection) -> Status {
      const Time now = clock_.now();
      Time at = now;
      if (is_new) {
        MONITORA_TRY(insert_conversation(connection, workspace, conversation, now));
      } else {
        MONITORA_ASSIGN(const auto last, lock(connection, workspace, conversation.id));
        // A turn comes after the one before it, whatever the clocks of two nodes say.
        if (last && *last >= at) at = *last + Micros(1);
      }
      MONITORA_TRY(forget_days_of_older(connection, workspace, messages, now));
      if (!messages.empty())
        MONITORA_TRY(insert_messages(connection, conversation.id, messages, ids, at));
      else if (!is_new)
        return {};
      MONITORA_TRY(tell_of_turn(connection, workspace, conversation, is_new, messages, now));
      return log_change(connection, workspace, is_new ? "conversation" : "message",
                        conversation.id.to_string(), "created", now, ids);
    });
    return workspace_must_exist(status);
  }

  Status set_feedback(const WorkspaceId& workspace, const ConversationId& conversation,
                      const MessageId& message, int feedback) override {
    if (feedback != 1 && feedback != -1)
      return Status::invalid("feedback", {"L'avis est 1 ou -1.", "Feedback is 1 or -1."});
    return pool_.transact([&](Connection& connection) -> Status {
      if (feedback < 0)
        MONITORA_TRY(tell_of_thumb_down(connection, workspace, conversation, message));
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("UPDATE messages SET feedback = ? WHERE id = ? AND role = 'assistant' "
                             "AND conversation_id IN (SELECT id FROM conversations "
                             "WHERE id = ? AND workspace_id = ?)",
                             {p(feedback), p(message), p(conversation), p(workspace)}));
      if (rows == 0) return Status::not_found("message_not_found");
      MONITORA_TRY(forget_figures_of(connection, workspace, message));
      return log_change(connection, workspace, "message", conversation.to_string(), "updated",
                        clock_.now(), {&message, 1});
    });
  }

  Result<bool> set_handover(const WorkspaceId& workspace, const ConversationId& conversation,
                            Handover to, const std::string& contact, bool notify) override {
    bool changed = false;
    MONITORA_TRY(pool_.transact([&](Connection& connection) -> Status {
      const Time now = clock_.now();
      std::string statement = "UPDATE conversations SET handover = ?, handover_at = ?";
      std::vector<Param> params{p(to_string(to)), p(now)};
      if (!contact.empty()) {
        statement += ", handover_contact = ?";
        params.push_back(p(contact));
      }
      statement += " WHERE id = ? AND workspace_id = ? AND handover <> ?";
      params.insert(params.end(), {p(conversation), p(workspace), p(to_string(to))});
      if (to == Handover::requested) {
        statement += " AND handover <> ?";
        params.push_back(p(to_string(Handover::person)));
      }
      MONITORA_ASSIGN(const auto rows, connection.execute(statement, params));
      changed = rows == 1;
      if (!changed) {
        MONITORA_ASSIGN(
            const bool there,
            exists(connection, "SELECT id FROM conversations WHERE id = ? AND workspace_id = ?",
                   {p(conversation), p(workspace)}));
        return there ? Status() : absent();
      }
      if (to == Handover::requested)
        MONITORA_TRY(tell_of_handover(connection, workspace, conversation, now));
      if (notify)
        MONITORA_TRY(insert_job(connection, "handover_mail",
                                handover_mail_payload(workspace, conversation), now, now)
                         .status());
      return log_change(connection, workspace, "conversation", conversation.to_string(), "updated",
                        now);
    }));
    return changed;
  }

  Status remove(const WorkspaceId& workspace, const ConversationId& conversation) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_TRY(forget_figures_of(connection, workspace, conversation));
      MONITORA_TRY(forget_words_of(connection, conversation));
      // Its messages go with it (ON DELETE CASCADE).
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("DELETE FROM conversations WHERE id = ? AND workspace_id = ?",
                             {p(conversation), p(workspace)}));
      if (rows == 0) return absent();
      return log_change(connection, workspace, "conversation", conversation.to_string(), "deleted",
                        clock_.now());
    });
  }

  Status export_messages(
      const WorkspaceId& workspace, const ConversationFilter& filter,
      const std::function<Status(const Conversation&, const Message&)>& each) override {
    return MessageExport(pool_, workspace, filter).run(each);
  }

 private:
  bool webhooks_listen(const WorkspaceId& workspace) const {
    return outbox_ != nullptr && outbox_->listens(workspace);
  }

  // Ids, and no words: what visitors write stays here, for those who may read it.
  Status tell_of_turn(Connection& connection, const WorkspaceId& workspace,
                      const Conversation& conversation, bool is_new,
                      const std::vector<Message>& messages, Time now) const {
    if (!webhooks_listen(workspace) || conversation.channel == Channel::test) return {};
    const std::string id = conversation.id.to_string();
    const std::string_view channel = to_string(conversation.channel);
    if (is_new)
      MONITORA_TRY(outbox_->tell(connection, workspace, kConversationCreated,
                                 event_data({{"conversation_id", id}, {"channel", channel}}), now));
    for (const Message& message : messages)
      if (message.role == "assistant" && message.rag_score &&
          *message.rag_score < kLowConfidenceBelow && !message.id.is_nil())
        MONITORA_TRY(outbox_->tell(connection, workspace, kLowConfidence,
                                   event_data({{"conversation_id", id},
                                               {"message_id", message.id.to_string()},
                                               {"channel", channel},
                                               {"rag_score", *message.rag_score}}),
                                   now));
    return {};
  }

  // Before it is written: a thumb that was down already is no news.
  Status tell_of_thumb_down(Connection& connection, const WorkspaceId& workspace,
                            const ConversationId& conversation, const MessageId& message) const {
    if (!webhooks_listen(workspace)) return {};
    struct Before {
      std::string channel;
      std::int64_t feedback = 0;
    };
    MONITORA_ASSIGN(
        const auto before,
        query_one(connection,
                  "SELECT c.channel, m.feedback FROM messages m "
                  "JOIN conversations c ON c.id = m.conversation_id "
                  "WHERE m.id = ? AND m.role = 'assistant' AND c.id = ? AND c.workspace_id = ?",
                  {p(message), p(conversation), p(workspace)}, [](const Row& row) {
                    return Before{std::string(row.text(0)), row.integer(1)};
                  }));
    if (!before || before->feedback < 0 || before->channel == to_string(Channel::test)) return {};
    return outbox_->tell(connection, workspace, kNegativeFeedback,
                         event_data({{"conversation_id", conversation.to_string()},
                                     {"message_id", message.to_string()},
                                     {"channel", before->channel}}),
                         clock_.now());
  }

  Status tell_of_handover(Connection& connection, const WorkspaceId& workspace,
                          const ConversationId& conversation, Time now) const {
    if (!webhooks_listen(workspace)) return {};
    MONITORA_ASSIGN(
        const auto channel,
        query_one(connection, "SELECT channel FROM conversations WHERE id = ? AND workspace_id = ?",
                  {p(conversation), p(workspace)},
                  [](const Row& row) { return std::string(row.text(0)); }));
    if (!channel || *channel == to_string(Channel::test)) return {};
    return outbox_->tell(
        connection, workspace, kHandoverRequested,
        event_data({{"conversation_id", conversation.to_string()}, {"channel", *channel}}), now);
  }

  static std::string event_data(boost::json::object data) { return boost::json::serialize(data); }

  // Of one conversation, the first two of `params`; in order of time.
  Result<std::vector<Message>> read_messages(std::string_view more, std::vector<Param> params,
                                             std::optional<int> limit) {
    std::vector<Message> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement = "SELECT " + std::string(kMessageColumns) +
                              " FROM conversations c JOIN messages m ON m.conversation_id = c.id "
                              "WHERE c.id = ? AND c.workspace_id = ?" +
                              std::string(more) + " ORDER BY m.created_at, m.id";
      if (limit) append_limit(connection.dialect(), *limit, statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        found.push_back(read_message(row, 0));
        return Status();
      });
    }));
    return found;
  }

  static Status insert_conversation(Connection& connection, const WorkspaceId& workspace,
                                    const Conversation& conversation, Time now) {
    const bool has_start = conversation.started_at != Time();
    return connection.post(
        "INSERT INTO conversations (id, workspace_id, visitor_id, title, channel, started_at, "
        "messages_count) VALUES (?, ?, ?, ?, ?, ?, 0)",
        {p(conversation.id), p(workspace), p_or_null(conversation.visitor_id),
         p_or_null(conversation.title), p(to_string(conversation.channel)),
         p(has_start ? conversation.started_at : now)});
  }

  // Messages of an import: their days may be over, and kept.
  static Status forget_days_of_older(Connection& connection, const WorkspaceId& workspace,
                                     const std::vector<Message>& messages, Time now) {
    std::optional<Time> first, last;
    for (const Message& message : messages) {
      const Time at = message.created_at;
      if (at == Time() || at >= now - std::chrono::minutes(5)) continue;
      first = std::min(first.value_or(at), at);
      last = std::max(last.value_or(at), at);
    }
    return first ? forget_figures(connection, workspace, *first, *last) : Status();
  }

  // The time of its last message. Until the transaction's end nobody else adds to it, so that turns
  // do not mix.
  static Result<std::optional<Time>> lock(Connection& connection, const WorkspaceId& workspace,
                                          const ConversationId& conversation) {
    std::string statement =
        "SELECT last_message_at FROM conversations WHERE id = ? AND workspace_id = ?";
    switch (connection.dialect().database()) {
      case sql::Database::sqlite:
        break;  // one writer
      case sql::Database::postgres:
        statement += " FOR UPDATE";
        break;
      case sql::Database::sqlserver:
        // Not a lock hint: Babelfish ignores them. Not OUTPUT: the table has a trigger (error 334).
        MONITORA_TRY(connection.post(
            "UPDATE conversations SET ended_at = ended_at WHERE id = ? AND workspace_id = ?",
            {p(conversation), p(workspace)}));
        break;
    }
    return required(query_one(connection, statement, {p(conversation), p(workspace)},
                              [](const Row& row) {
                                return row.is_null(0) ? std::nullopt : std::optional(row.time(0));
                              }),
                    absent());
  }

  // messages_count and last_message_at of the conversation are the database's (a trigger's).
  static Status insert_messages(Connection& connection, const ConversationId& conversation,
                                const std::vector<Message>& messages,
                                const std::vector<MessageId>& ids, Time now) {
    constexpr std::string_view kColumns[] = {"id",
                                             "conversation_id",
                                             "role",
                                             "content",
                                             "sources",
                                             "rag_score",
                                             "feedback",
                                             "is_resolved",
                                             "is_complete",
                                             "cached",
                                             "response_time_ms",
                                             "ttfb_ms",
                                             "tokens_used",
                                             "model",
                                             "metadata",
                                             "created_at"};
    std::size_t next = 0;
    std::string sources;
    return connection
        .insert_many("messages", kColumns,
                     [&](std::span<Param> row) -> Result<bool> {
                       if (next == messages.size()) return false;
                       const Message& message = messages[next];
                       // One microsecond apart: a question stands before its answer.
                       const Time at = message.created_at != Time()
                                           ? message.created_at
                                           : now + Micros(static_cast<std::int64_t>(next));
                       const MessageId& id = ids[next++];
                       sources = message.sources.empty() ? "" : sources_json(message.sources);
                       row[0] = p(id);
                       row[1] = p(conversation);
                       row[2] = p(message.role);
                       row[3] = p(message.content);
                       row[4] = p_or_null(sources);
                       row[5] = p(message.rag_score);
                       row[6] = p(message.feedback);
                       row[7] = p(message.is_resolved);
                       row[8] = p(message.is_complete);
                       row[9] = p(message.cached);
                       row[10] = p(message.response_time_ms);
                       row[11] = p(message.ttfb_ms);
                       row[12] = p(message.tokens_used);
                       row[13] = p_or_null(message.model);
                       row[14] = p_or_null(message.metadata);
                       row[15] = p(at);
                       return true;
                     })
        .status();
  }

  sql::Pool& pool_;
  const Clock& clock_;
  const WebhookOutbox* outbox_;
};

}  // namespace

std::unique_ptr<ConversationStore> make_conversation_store(sql::Pool& pool, const Clock& clock,
                                                           const WebhookOutbox* outbox) {
  return std::make_unique<SqlConversationStore>(pool, clock, outbox);
}

}  // namespace monitora::storage
