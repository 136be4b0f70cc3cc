// Every message of the conversations that a filter keeps, oldest conversation first, each in order
// of time, for a file to download.
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
  // Where the messages of a batch have been read to.
  struct Progress {
    std::size_t conversation = 0;  // its place in the batch
    Position message;
  };

  Result<std::vector<Conversation>> conversations(const std::optional<Position>& after);
  Result<std::vector<Message>> messages(const std::vector<Conversation>& batch,
                                        const std::optional<Progress>& after);

  sql::Pool& pool_;
  const WorkspaceId& workspace_;
  const ConversationFilter& filter_;
};

}  // namespace monitora::storage
