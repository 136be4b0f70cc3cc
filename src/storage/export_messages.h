// Every message of the conversations that a filter keeps, oldest conversation first, each in order
// of time, for a file to download. Conversations without a start come last; messages without a time
// after the others of a hundred conversations.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "domain/conversation.h"
#include "ports/conversation_store.h"
#include "sql/pool.h"
#include "storage/cursor.h"

namespace monitora::storage {

// Reads in two steps, both by keyset: a hundred conversations, then their messages by five hundred.
// That bounds the memory, and no connection is held while `each` waits for a slow client. Not one
// snapshot: what is added during the export may or may not be in it, nothing older is left out or
// comes twice.
class MessageExport {
 public:
  using Each = std::function<Status(const Conversation&, const Message&)>;

  MessageExport(sql::Pool& pool, const WorkspaceId& workspace, const ConversationFilter& filter)
      : pool_(pool), workspace_(workspace), filter_(filter) {}

  Status run(const Each& each);

 private:
  // Conversations in order; all have a start, or none.
  struct Batch {
    std::vector<Conversation> conversations;
    bool dated = true;
  };
  // Where the messages of a batch have been read to.
  struct Progress {
    std::size_t conversation = 0;  // its place in the batch
    Time time;
    MessageId message;
  };

  Status run(bool dated, const Each& each);
  // Those of its messages that have a time, or those that have none.
  Status run(const Batch& batch, bool dated_messages, const Each& each);
  Result<Batch> conversations(bool dated, const std::optional<Position>& after);
  Result<std::vector<Message>> messages(const Batch& batch, bool dated,
                                        const std::optional<Progress>& after);

  sql::Pool& pool_;
  const WorkspaceId& workspace_;
  const ConversationFilter& filter_;
};

}  // namespace monitora::storage
