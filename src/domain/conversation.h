// What visitors and the bot said.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace monitora {

enum class Channel { widget, test, api };  // test: the console's own tries, in no statistics

std::string_view to_string(Channel channel);
std::optional<Channel> parse_channel(std::string_view text);

// Who answers in a conversation. While it is not `bot`, the chatbot is silent.
enum class Handover {
  bot,
  requested,  // a person is wanted: the visitor asked, or answers stayed weak
  person      // a member of the workspace answers
};

std::string_view to_string(Handover handover);
std::optional<Handover> parse_handover(std::string_view text);

// A passage that an answer was given, as shown to people.
struct Source {
  int index = 0;  // from 1: the [1] of the text
  DocumentId document_id;
  std::string filename;
  std::optional<int> page;
  std::string excerpt;
};

struct Conversation {
  ConversationId id;
  WorkspaceId workspace_id;
  std::string visitor_id;
  std::string title;  // the beginning of the first question
  Channel channel = Channel::widget;
  Time started_at;
  std::optional<Time> last_message_at;
  std::optional<Time> ended_at;
  int messages_count = 0;
  std::optional<int> satisfaction;  // 1–5
  Handover handover = Handover::bot;
  std::optional<Time> handover_at;  // since when it is so; nothing: always
  std::string handover_contact;     // where the visitor wants to be reached, or empty
};

struct Message {
  MessageId id;
  ConversationId conversation_id;
  std::string role;  // user, assistant or system
  std::string content;
  std::vector<Source> sources;
  std::optional<double> rag_score;  // 0–1
  std::optional<int> feedback;      // 1 or −1
  bool is_resolved = false;
  bool is_complete = true;  // false: the client went away, or the model failed midway
  bool cached = false;
  std::optional<int> response_time_ms;
  std::optional<int> ttfb_ms;  // to the first token
  std::optional<int> tokens_used;
  std::string model;
  std::string metadata;  // JSON object as text, or empty
  Time created_at;
};

// One cached answer.
struct CacheEntry {
  CacheEntryId id;
  std::string question;
  std::string response;
  std::vector<Source> sources;
  double rag_score = 0;
  int hit_count = 0;
  Time created_at;
  std::optional<Time> expires_at;
};

// high ≥ 0.6, medium ≥ 0.35, else low: what a visitor sees instead of a score.
std::string_view confidence_of(double rag_score);

}  // namespace monitora
