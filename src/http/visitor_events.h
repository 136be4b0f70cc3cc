// What a visitor's widget hears of its own conversation while it is open: who answers there, and
// what people write.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "domain/conversation.h"
#include "http/response.h"
#include "ports/event_bus.h"

namespace monitora {
class ConversationStore;
class Executor;
}  // namespace monitora

namespace monitora::http {

// How many streams are open, by address and by workspace. Thread-safe.
class VisitorStreamCounts {
 public:
  static constexpr int kMostOfAddress = 50;  // a whole office may have one
  static constexpr int kMostOfWorkspace = 1000;

  // A place, until its last copy goes; nothing when one of the two has no more.
  static std::shared_ptr<void> take(const std::shared_ptr<VisitorStreamCounts>& counts,
                                    const std::string& address, const WorkspaceId& workspace);

 private:
  std::mutex mutex_;
  std::map<std::string, int> open_;
};

struct VisitorEventParts {
  EventBus& bus;
  ConversationStore& conversations;
  Executor& workers;
};

// One stream. It lives as long as its client, and ends by itself when the conversation or its
// workspace changes in a way that has to be judged anew: the widget opens another.
class VisitorStream : public std::enable_shared_from_this<VisitorStream> {
 public:
  // Tells what comes after `last`, nothing: since the beginning.
  VisitorStream(const VisitorEventParts& parts, const WorkspaceId& workspace,
                const ConversationId& conversation, std::optional<MessageId> last,
                std::shared_ptr<void> place)
      : parts_(parts),
        workspace_(workspace),
        conversation_(conversation),
        last_(last),
        place_(std::move(place)) {}

  void start(std::shared_ptr<EventSink> sink);  // once; does not block

 private:
  void heard(const monitora::Change& change);
  void wake();
  void tell();
  Status tell_state();
  Status tell_new_messages();
  void stop();

  const VisitorEventParts parts_;
  const WorkspaceId workspace_;
  const ConversationId conversation_;
  // Of tell(), which runs once at a time:
  std::optional<MessageId> last_;
  std::optional<Handover> state_;  // as the widget knows it

  std::mutex mutex_;
  std::shared_ptr<EventSink> sink_;
  std::shared_ptr<void> listening_, place_;
  bool telling_ = false;
  bool again_ = false;  // something came meanwhile
  bool over_ = false;
};

}  // namespace monitora::http
