// Conversations and messages.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/account.h"
#include "domain/conversation.h"
#include "ports/stores.h"

namespace monitora {

struct ConversationFilter {
  std::string search;  // in contents and titles, case and accents folded where the database can
  std::optional<Time> from, to;  // of last_message_at
  std::optional<Channel> channel;
  std::optional<Handover> handover;
  std::optional<int> feedback;           // 1 or −1: any message with it
  std::optional<double> max_confidence;  // any assistant message with rag_score at or below it
};

class ConversationStore {
 public:
  virtual ~ConversationStore() = default;

  // Latest first.
  virtual Result<Page<Conversation>> list(const WorkspaceId& workspace,
                                          const ConversationFilter& filter,
                                          const PageRequest& page) = 0;
  virtual Result<Conversation> find(const WorkspaceId& workspace,
                                    const ConversationId& conversation) = 0;
  struct Access {
    Conversation conversation;
    UserRole role;
  };
  virtual Result<Access> find_for_user(const UserId& user, const ConversationId& conversation) = 0;
  // In order of time.
  virtual Result<Page<Message>> messages(const WorkspaceId& workspace,
                                         const ConversationId& conversation,
                                         const PageRequest& page) = 0;
  // The conversation and its last `turns` × 2 messages, oldest first: all that a chat turn reads,
  // in one statement.
  struct Recent {
    Conversation conversation;
    std::vector<Message> messages;
  };
  virtual Result<Recent> recent(const WorkspaceId& workspace, const ConversationId& conversation,
                                int turns) = 0;
  // Those of these messages that are in this conversation, in order of time.
  virtual Result<std::vector<Message>> find_messages(const WorkspaceId& workspace,
                                                     const ConversationId& conversation,
                                                     const std::vector<MessageId>& messages) = 0;
  // What was said after this message, or since the beginning: oldest first, at most `limit`.
  // not_found `message_not_found` for a message of elsewhere.
  virtual Result<std::vector<Message>> messages_after(const WorkspaceId& workspace,
                                                      const ConversationId& conversation,
                                                      std::optional<MessageId> message,
                                                      int limit) = 0;
  // A question and its answer in one transaction; makes the conversation if it is new. Messages'
  // created_at are the store's unless set. Writes change_log.
  virtual Status append(const WorkspaceId& workspace, const Conversation& conversation, bool is_new,
                        const std::vector<Message>& messages) = 0;
  // On a message of this conversation only. not_found otherwise.
  virtual Status set_feedback(const WorkspaceId& workspace, const ConversationId& conversation,
                              const MessageId& message, int feedback) = 0;
  // Says who answers from now on; with `notify` a `handover_mail` job is queued in the same
  // transaction. False, and nothing written, where it is in this state already, or (`to` requested)
  // a person answers. `contact` is kept unless empty. Writes change_log.
  virtual Result<bool> set_handover(const WorkspaceId& workspace,
                                    const ConversationId& conversation, Handover to,
                                    const std::string& contact, bool notify) = 0;
  virtual Status remove(const WorkspaceId& workspace, const ConversationId& conversation) = 0;
  // Every message of conversations that the filter keeps, in order, streamed in constant memory.
  virtual Status export_messages(
      const WorkspaceId& workspace, const ConversationFilter& filter,
      const std::function<Status(const Conversation&, const Message&)>& each) = 0;
};

}  // namespace monitora
