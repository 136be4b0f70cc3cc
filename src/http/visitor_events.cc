#include "http/visitor_events.h"

#include <boost/json.hpp>

#include "base/deadline.h"
#include "base/log.h"
#include "domain/handover.h"
#include "ports/conversation_store.h"
#include "ports/executor.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr int kBatch = 50;
constexpr std::chrono::seconds kRead{30};

}  // namespace

std::shared_ptr<void> VisitorStreamCounts::take(const std::shared_ptr<VisitorStreamCounts>& counts,
                                                const std::string& address,
                                                const WorkspaceId& workspace) {
  const std::lock_guard lock(counts->mutex_);
  const std::string id = workspace.to_string();
  int& of_address = counts->open_["address " + address];
  int& of_workspace = counts->open_["workspace " + id];
  if (of_address >= kMostOfAddress || of_workspace >= kMostOfWorkspace) return nullptr;
  ++of_address;
  ++of_workspace;
  // A pointer to something, so that a place is not null.
  return {counts.get(), [counts, address, id](void*) {
            const std::lock_guard hold(counts->mutex_);
            for (const std::string& key : {"address " + address, "workspace " + id})
              if (--counts->open_[key] == 0) counts->open_.erase(key);
          }};
}

void VisitorStream::start(std::shared_ptr<EventSink> sink) {
  const std::weak_ptr<VisitorStream> weak = weak_from_this();
  auto listening = parts_.bus.listen(workspace_, [weak](const Change& change) {
    if (const auto self = weak.lock()) self->heard(change);
  });
  {
    const std::lock_guard lock(mutex_);
    sink_ = sink;
    listening_ = std::move(listening);
  }
  // Keeps the stream until its client goes; at once, if it has gone.
  sink->on_disconnect([self = shared_from_this()] { self->stop(); });
  wake();  // what was said before it listened
}

// On the bus' thread.
void VisitorStream::heard(const Change& change) {
  if (change.entity == "workspace") return stop();
  if (change.entity_id != conversation_.to_string()) return;
  if (change.entity == "conversation" && change.operation == "deleted") return stop();
  if (change.entity == "message" || change.entity == "conversation") wake();
}

void VisitorStream::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    again_ = true;
    if (std::exchange(telling_, true)) return;
  }
  parts_.workers.must_post([self = shared_from_this()] { self->tell(); });
}

void VisitorStream::tell() {
  std::unique_lock lock(mutex_);
  while (!over_ && std::exchange(again_, false)) {
    lock.unlock();
    const ScopedDeadline scope(Deadline::in(kRead));
    Status status = tell_state();
    if (status.ok()) status = tell_new_messages();
    if (!status.ok()) {
      // The widget opens another one, from the last message that it has.
      log::warning("a visitor's stream ends: {}", status.to_string());
      stop();
    }
    lock.lock();
  }
  telling_ = false;
}

Status VisitorStream::tell_state() {
  MONITORA_ASSIGN(const Conversation conversation,
                  parts_.conversations.find(workspace_, conversation_));
  if (std::exchange(state_, conversation.handover) == conversation.handover) return {};
  sink_->send(json::serialize(
      json::object{{"type", "handover"}, {"state", to_string(conversation.handover)}}));
  return {};
}

Status VisitorStream::tell_new_messages() {
  while (true) {
    MONITORA_ASSIGN(const std::vector<Message> messages,
                    parts_.conversations.messages_after(workspace_, conversation_, last_, kBatch));
    for (const Message& message : messages) {
      last_ = message.id;
      const auto person = author_of(message);
      if (!person) continue;
      sink_->send(json::serialize(json::object{{"type", "message"},
                                               {"id", message.id.to_string()},
                                               {"role", message.role},
                                               {"content", message.content},
                                               {"author", {{"name", person->name}}},
                                               {"created_at", format_time(message.created_at)}}));
    }
    if (messages.size() < kBatch) return {};
  }
}

void VisitorStream::stop() {
  std::shared_ptr<void> listening, place;
  std::shared_ptr<EventSink> sink;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(over_, true)) return;
    listening = std::move(listening_);
    place = std::move(place_);
    sink = sink_;
  }
  sink->close();
}

}  // namespace monitora::http
