#include "http/live_events.h"

#include <algorithm>
#include <boost/json.hpp>

#include "http/export_wire.h"
#include "ports/conversation_store.h"
#include "ports/document_store.h"
#include "ports/job_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

// A sequence is given before its transaction ends: so far behind what somebody heard of, and so
// long before it, one may stand that was not to be seen yet.
constexpr std::int64_t kLookBack = 50;
constexpr std::chrono::seconds kSlowestCommit{2};
// The log keeps a day; what is nearly so old may be forgotten while it is read.
constexpr std::chrono::hours kCertain{23};

json::object about(const Change& change) {
  return {{"workspace_id", change.workspace_id.to_string()}, {"sequence", change.sequence}};
}

// A text in French and English, as stored.
json::value both_languages(const std::string& stored) {
  if (stored.empty()) return nullptr;
  boost::system::error_code error;
  json::value parsed = json::parse(stored, error);
  return error || !parsed.is_object() ? json::value(stored) : std::move(parsed);
}

void add(json::object& fields, json::object more, std::string_view unwanted) {
  for (auto& each : more)
    if (each.key() != "id" && each.key() != unwanted) fields[each.key()] = std::move(each.value());
}

LiveEvent insights_updated(const Change& change, std::string_view reason) {
  LiveEvent event{"insightsUpdated", about(change)};
  event.fields["reason"] = reason;
  return event;
}

}  // namespace

Result<std::vector<LiveEvent>> LiveEvents::of(const Change& change) const {
  if (change.entity == "document") return of_document(change);
  if (change.entity == "insights")
    return std::vector<LiveEvent>{insights_updated(change, "figures")};
  if (change.entity == "message" || change.entity == "conversation") {
    if (change.operation != "deleted") return of_messages(change);
    LiveEvent event = insights_updated(change, "conversation_deleted");
    event.fields["conversation_id"] = change.entity_id;
    return std::vector<LiveEvent>{std::move(event)};
  }
  return std::vector<LiveEvent>();
}

Result<std::vector<LiveEvent>> LiveEvents::of_document(const Change& change) const {
  const auto id = DocumentId::parse(change.entity_id);
  if (!id) return std::vector<LiveEvent>();
  LiveEvent event{"documentStatusChanged", about(change)};
  json::object& fields = event.fields;
  fields["document_id"] = change.entity_id;
  if (change.operation == "deleted") {
    fields["status"] = "deleted";
    return std::vector<LiveEvent>{std::move(event)};
  }
  const Result<Document> document = documents_.find(change.workspace_id, *id);
  if (document.status().code() == Code::not_found) return std::vector<LiveEvent>();
  MONITORA_TRY(document.status());
  fields["filename"] = document->filename;
  fields["status"] = to_string(document->status);
  fields["chunk_count"] = document->chunk_count;
  fields["error"] = both_languages(document->error_message);
  fields["indexed_at"] =
      document->indexed_at ? json::value(format_time(*document->indexed_at)) : json::value();
  return std::vector<LiveEvent>{std::move(event)};
}

Result<std::vector<LiveEvent>> LiveEvents::of_messages(const Change& change) const {
  std::vector<LiveEvent> events;
  const auto id = ConversationId::parse(change.entity_id);
  if (!id) return events;
  const Result<Conversation> conversation = conversations_.find(change.workspace_id, *id);
  if (conversation.status().code() == Code::not_found) return events;
  MONITORA_TRY(conversation.status());
  const auto begin = [&](std::string_view name) -> json::object& {
    json::object& fields = events.emplace_back(LiveEvent{name, about(change)}).fields;
    fields["conversation_id"] = change.entity_id;
    fields["channel"] = to_string(conversation->channel);
    return fields;
  };
  if (change.entity == "conversation") {
    json::object& fields =
        begin(change.operation == "created" ? "conversationStarted" : "conversationUpdated");
    add(fields, conversation_json(*conversation), "messages_count");
  }
  if (change.messages.empty()) return events;
  MONITORA_ASSIGN(const std::vector<Message> messages,
                  conversations_.find_messages(change.workspace_id, *id, change.messages));
  for (const Message& message : messages) {
    json::object& fields =
        begin(change.operation == "created" ? "messageCreated" : "insightsUpdated");
    fields["message_id"] = message.id.to_string();
    if (change.operation != "created") {
      fields["reason"] = "feedback";
      fields["feedback"] = message.feedback ? json::value(*message.feedback) : json::value();
      continue;
    }
    // As in the conversation's list, but for the passages: they are many times the answer.
    add(fields, message_json(message), "sources");
  }
  return events;
}

Result<std::int64_t> LiveEvents::latest() const {
  return changes_.latest();
}

Result<LiveEvents::Missed> LiveEvents::missed(const WorkspaceId& workspace,
                                              std::int64_t sequence) const {
  Missed missed;
  // The row itself, of whatever workspace: it is kept while all that came after it are.
  MONITORA_ASSIGN(const std::vector<Change> heard, changes_.since(sequence - 1, 1));
  if (heard.empty() || heard.front().sequence != sequence ||
      clock_.now() - heard.front().at > kCertain)
    return missed;
  const Time earliest = heard.front().at - kSlowestCommit;
  MONITORA_ASSIGN(
      const std::vector<Change> changes,
      changes_.of_workspace(workspace, std::max<std::int64_t>(0, sequence - kLookBack - 1),
                            kMostMissed + static_cast<int>(kLookBack) + 1));
  if (changes.size() > kMostMissed + kLookBack) return missed;
  for (const Change& change : changes) {
    if (change.sequence == sequence || (change.sequence < sequence && change.at < earliest))
      continue;
    MONITORA_ASSIGN(std::vector<LiveEvent> events, of(change));
    std::move(events.begin(), events.end(), std::back_inserter(missed.events));
  }
  missed.complete = true;
  return missed;
}

}  // namespace monitora::http
