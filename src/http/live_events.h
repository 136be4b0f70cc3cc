// What members of a workspace are told when something happens in it: the events of the hub.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/status.h"

namespace monitora {
class ChangeLog;
class ConversationStore;
class DocumentStore;
struct Change;
}  // namespace monitora

namespace monitora::http {

struct LiveEvent {
  std::string_view name;  // documentStatusChanged, conversationStarted, …; docs/live.md has all
  boost::json::object fields;
};

// Thread-safe; blocks for the database. The stores outlive it.
class LiveEvents {
 public:
  LiveEvents(ChangeLog& changes, DocumentStore& documents, ConversationStore& conversations,
             const Clock& clock)
      : changes_(changes), documents_(documents), conversations_(conversations), clock_(clock) {}

  // The events of a change, in order, with what the database says of its subject now. None for a
  // change that nobody is told of, and when its subject is gone: that is a later change.
  Result<std::vector<LiveEvent>> of(const Change& change) const;

  // The sequence of the latest change there is.
  Result<std::int64_t> latest() const;

  // What somebody missed who has heard of `sequence` and of nothing after it. An event may come
  // twice: one whose transaction ended late stands before `sequence`.
  struct Missed {
    std::vector<LiveEvent> events;
    // False when there were too many, or some are forgotten: what was shown has to be read anew.
    bool complete = false;
  };
  static constexpr int kMostMissed = 200;  // changes
  Result<Missed> missed(const WorkspaceId& workspace, std::int64_t sequence) const;

 private:
  Result<std::vector<LiveEvent>> of_document(const Change& change) const;
  Result<std::vector<LiveEvent>> of_messages(const Change& change) const;

  ChangeLog& changes_;
  DocumentStore& documents_;
  ConversationStore& conversations_;
  const Clock& clock_;
};

}  // namespace monitora::http
