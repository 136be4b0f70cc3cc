// The one chat pipeline: a person's own answer → the workspace's database, where the question is
// for it → cache → retrieve → prompt → model stream → citations → score → store. Where a person
// answers the conversation, it only passes questions on. Used by the console, the widget, the API
// for programs and the command line.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/answer_cache.h"
#include "base/clock.h"
#include "base/status.h"
#include "domain/conversation.h"
#include "domain/prompt.h"
#include "domain/workspace.h"
#include "ports/security.h"

namespace monitora {

class CacheStore;
class CachedQuestions;
class ChatModel;
class ChunkSource;
class ConversationStore;
class CuratedAnswers;
class DataAnswers;
class Embedder;
class Executor;
class Handovers;
class Retriever;

struct ChatQuestion {
  Workspace workspace;  // the caller has checked who may ask here
  std::string text;     // 1–4,000 characters of valid UTF-8
  Channel channel = Channel::widget;
  std::string visitor_id;
  std::optional<ConversationId> conversation;  // nothing: a new one
  std::string language = "fr";                 // when neither settings nor question say
  // What a program gives itself, instead of going on with a conversation that is kept here. The
  // answer is then for it alone: it neither comes from the cache nor goes there.
  std::vector<PromptTurn> history;  // oldest first
  std::string instructions;         // beside the workspace's own system_prompt
  MessageId answer_id = MessageId::random();
  // Who asks, as their site has signed it: the answer is for them alone, as with instructions.
  std::optional<VisitorIdentity> identity;
};

struct ChatAnswer {
  ConversationId conversation_id;
  MessageId message_id;
  std::string text;
  std::vector<Source> sources;
  double rag_score = 0;
  bool cached = false;
  bool extract = false;  // quoted from the documents, not written by a model
  bool cut = false;      // the model stopped at max_tokens
  // Who answers after this turn. Where it was not `bot` before it either, the question was passed
  // on: there is no text, and message_id is the question's.
  Handover handover = Handover::bot;
  std::string model;
  int prompt_tokens = 0;
  int completion_tokens = 0;
};

// What happens, in order: on_sources once, on_token any number of times, then exactly one of
// on_done (the turn is stored) and on_error (instead of any of the others, too). Never two at the
// same time; on the asking thread, the model's or a worker. Must not block.
class ChatEvents {
 public:
  virtual ~ChatEvents() = default;
  virtual void on_sources(const std::vector<Source>& sources) = 0;
  virtual void on_token(std::string_view utf8) = 0;
  virtual void on_done(const ChatAnswer& answer) = 0;
  virtual void on_error(const Status& status) = 0;
};

// A running turn. cancel() is thread-safe and idempotent: the model's call ends, what was written
// so far is stored as incomplete, and on_error(cancelled) follows unless the turn had ended.
class ChatTurn {
 public:
  virtual ~ChatTurn() = default;
  virtual void cancel() = 0;
};

struct ChatParts {
  ConversationStore& conversations;
  CacheStore& cache;
  CachedQuestions& cached_questions;
  Retriever& retriever;
  Embedder& embedder;
  ChatModel& model;
  CuratedAnswers& curated;
  Handovers& handovers;
  Executor& workers;
  const Clock& clock;
  DataAnswers* data = nullptr;  // null: no databases are asked
};

// Thread-safe. The parts outlive it and every turn.
class ChatService {
 public:
  explicit ChatService(ChatParts parts)
      : parts_(parts),
        cache_(
            {parts.cache, parts.cached_questions, parts.retriever, parts.embedder, parts.clock}) {}

  // Called on a worker: looks up and retrieves there (it blocks for that long), then returns while
  // the model writes. `events` is kept until the turn has ended.
  std::shared_ptr<ChatTurn> ask(ChatQuestion question, std::shared_ptr<ChatEvents> events);

 private:
  ChatParts parts_;
  AnswerCache cache_;
};

}  // namespace monitora
