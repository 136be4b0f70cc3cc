#include "app/chat.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "app/curated_answers.h"
#include "app/data_answers.h"
#include "app/handovers.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/citations.h"
#include "domain/data_answer.h"
#include "domain/handover.h"
#include "domain/language.h"
#include "domain/prompt.h"
#include "domain/question.h"
#include "ports/chat_model.h"
#include "ports/conversation_store.h"
#include "ports/embedder.h"
#include "ports/executor.h"
#include "ports/retriever.h"

namespace monitora {
namespace {

constexpr int kRememberedTurns = 6;
constexpr std::size_t kRememberedCharacters = 6000;
constexpr std::size_t kTitleCharacters = 80;
// Below this probability that the passages hold the answer, the bot says that it does not know. A
// language model can judge the passages itself; an extract would quote whatever is nearest, so it
// keeps silent where people would be told "low confidence" (confidence_of).
constexpr float kLeastForModel = 0.05f;
constexpr float kLeastForExtract = 0.35f;

using Steady = std::chrono::steady_clock;

// A history that came with the question, as if it were stored.
std::vector<Message> messages_of(const std::vector<PromptTurn>& history) {
  std::vector<Message> messages;
  for (const PromptTurn& turn : history) {
    Message& asked = messages.emplace_back();
    asked.role = "user";
    asked.content = turn.question;
    if (turn.answer.empty()) continue;
    Message& answered = messages.emplace_back();
    answered.role = "assistant";
    answered.content = turn.answer;
  }
  return messages;
}

// The latest exchanges that fit, oldest first.
std::vector<PromptTurn> history_of(const std::vector<Message>& messages) {
  std::vector<PromptTurn> turns;
  for (const Message& message : messages) {
    if (message.role == "user")
      turns.push_back({message.content, {}});
    else if (message.role == "assistant" && !turns.empty())
      turns.back().answer += (turns.back().answer.empty() ? "" : "\n") + message.content;
  }
  std::size_t left = kRememberedCharacters;
  std::size_t keep = 0;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn, ++keep) {
    const std::size_t size = count_characters(turn->question) + count_characters(turn->answer);
    if (size > left) break;
    left -= size;
  }
  turns.erase(turns.begin(), turns.end() - static_cast<std::ptrdiff_t>(keep));
  return turns;
}

class Turn final : public ChatTurn, public ChatListener, public std::enable_shared_from_this<Turn> {
 public:
  Turn(const ChatParts& parts, AnswerCache& cache, ChatQuestion question,
       std::shared_ptr<ChatEvents> events)
      : parts_(parts),
        cache_(cache),
        question_(std::move(question)),
        events_(std::move(events)),
        citations_(0) {}

  void run() {
    if (const Status status = answer(); !status.ok()) events_->on_error(status);
  }

  void cancel() override {
    std::unique_lock lock(mutex_);
    cancelled_ = true;
    // The call may end this turn from within: not under the lock.
    const std::shared_ptr<ChatCall> call = call_;
    lock.unlock();
    if (call) call->cancel();
  }

  void on_token(std::string_view utf8) override { emit(citations_.push(utf8)); }

  void on_done(const ChatUsage& usage) override {
    emit(citations_.finish());
    take(usage);
    parts_.workers.must_post([self = shared_from_this()] { self->store(Status()); });
  }

  void on_error(const Status& status) override {
    emit(citations_.finish());
    parts_.workers.must_post([self = shared_from_this(), status] { self->store(status); });
  }

 private:
  Status answer() {
    const Workspace& workspace = question_.workspace;
    if (question_.conversation) {
      MONITORA_ASSIGN(
          ConversationStore::Recent recent,
          parts_.conversations.recent(workspace.id, *question_.conversation, kRememberedTurns));
      conversation_ = std::move(recent.conversation);
      earlier_ = std::move(recent.messages);
      if (conversation_.handover != Handover::bot) return leave_to_person();
      low_before_ = low_answers_in_a_row(earlier_);
    } else {
      earlier_ = messages_of(question_.history);
      conversation_.id = ConversationId::random();
      conversation_.workspace_id = workspace.id;
      conversation_.visitor_id = question_.visitor_id;
      conversation_.channel = question_.channel;
      conversation_.title = character_prefix(collapse_spaces(question_.text), kTitleCharacters);
      conversation_.started_at = asked_at_;
    }
    answer_.conversation_id = conversation_.id;
    answer_.message_id = question_.answer_id;

    if (question_.instructions.empty() && (earlier_.empty() || !is_follow_up(question_.text))) {
      MONITORA_ASSIGN(const std::optional<CuratedAnswer> curated,
                      parts_.curated.match(workspace.id, question_.text, question_vector_));
      if (curated) return answer_from_person(*curated);
    }
    std::vector<std::string> earlier_questions;
    for (const Message& message : earlier_)
      if (message.role == "user") earlier_questions.push_back(message.content);
    query_ = search_query(question_.text, earlier_questions);
    if (parts_.data != nullptr) {
      MONITORA_ASSIGN(
          const DataAnswers::Step step,
          parts_.data->begin({workspace, question_.text, query_, question_.identity,
                              answer_language(workspace.rag.language, query_, question_.language),
                              question_.channel == Channel::test},
                             question_vector_));
      if (step.reply) {
        answer_from_data(*step.reply);
        return {};
      }
      if (step.route == DataRoute::data) return start_data(step.allowed_tables);
    }
    return answer_from_documents();
  }

  Status answer_from_documents() {
    const Workspace& workspace = question_.workspace;
    // Only a question that opens a conversation means the same to everybody.
    if (workspace.rag.enable_cache && earlier_.empty() && question_.instructions.empty() &&
        !question_.identity) {
      MONITORA_ASSIGN(
          const std::optional<CacheEntry> cached,
          cache_.find({workspace, question_.text,
                       answer_language(workspace.rag.language, question_.text, question_.language),
                       parts_.model.is_extractive()},
                      place_, question_vector_));
      if (cached) return answer_from_cache(*cached);
    }
    return retrieve_and_start();
  }

  // Somebody reads it, and answers in their own time.
  Status leave_to_person() {
    const Message asked = asked_message();
    answer_.conversation_id = conversation_.id;
    answer_.message_id = asked.id;
    answer_.handover = conversation_.handover;
    MONITORA_TRY(
        parts_.conversations.append(question_.workspace.id, conversation_, false, {asked}));
    events_->on_sources({});
    events_->on_done(answer_);
    return {};
  }

  Status answer_from_person(const CuratedAnswer& curated) {
    curated_ = curated.id;
    answer_.rag_score = 1;
    events_->on_sources({});
    emit(curated.answer);
    store(Status());
    parts_.curated.count_use(question_.workspace.id, curated.id);
    return {};
  }

  Status answer_from_cache(const CacheEntry& entry) {
    answer_.cached = true;
    answer_.sources = entry.sources;
    answer_.rag_score = entry.rag_score;
    events_->on_sources(answer_.sources);
    emit(entry.response);
    store(Status());
    return {};
  }

  Status start_data(std::vector<std::string> allowed_tables) {
    DataQuestion asked;
    asked.workspace = question_.workspace;
    asked.text = question_.text;
    asked.query = query_;
    asked.earlier = history_of(earlier_);
    asked.language = answer_language(question_.workspace.rag.language, query_, question_.language);
    asked.vector = question_vector_;
    asked.allowed_tables = std::move(allowed_tables);
    asked.deadline = deadline_;
    asks_data_ = true;
    std::shared_ptr<ChatCall> call = parts_.data->questions().start(
        std::move(asked),
        [self = shared_from_this()](Result<std::optional<DataReply>> reply) mutable {
          Executor& workers = self->parts_.workers;
          workers.must_post([self = std::move(self), reply = std::move(reply)] {
            self->data_has_answered(reply);
          });
        });
    std::unique_lock lock(mutex_);
    if (!asks_data_) return {};  // it has answered, and something else may run
    call_ = call;
    const bool cancelled = cancelled_;
    lock.unlock();
    if (cancelled && call) call->cancel();
    return {};
  }

  void data_has_answered(const Result<std::optional<DataReply>>& reply) {
    std::unique_lock lock(mutex_);
    asks_data_ = false;
    const std::shared_ptr<ChatCall> ended = std::move(call_);  // not destroyed under the lock
    const bool cancelled = cancelled_;
    lock.unlock();
    if (!reply.ok()) return store(reply.status());
    if (*reply) return answer_from_data(**reply);
    const ScopedDeadline bounded(deadline_);
    const Status status = cancelled ? Status::cancelled() : answer_from_documents();
    if (!status.ok()) events_->on_error(status);
  }

  void answer_from_data(const DataReply& reply) {
    data_sql_ = reply.sql;
    answer_.rag_score = reply.rag_score;
    take(reply.usage);
    events_->on_sources({});
    emit(reply.text);
    store(Status());
  }

  Status retrieve_and_start() {
    const Workspace& workspace = question_.workspace;
    if (question_vector_.empty()) {
      MONITORA_ASSIGN(question_vector_, parts_.embedder.embed_one(Embedder::Kind::query, query_));
    }
    RetrievalOptions options;
    options.top_k = workspace.rag.top_k;
    options.similarity_threshold = static_cast<float>(workspace.rag.similarity_threshold);
    MONITORA_ASSIGN(Retrieved found,
                    parts_.retriever.search(workspace.id, query_, question_vector_, options));
    answer_.rag_score = std::clamp(static_cast<double>(found.answerable), 0.0, 1.0);
    // Another node changed a document a moment ago and this one's index follows: the answer must
    // not be kept as one of the newer documents.
    if (found.version < place_.chunks_version) place_ = {};

    const std::string language =
        answer_language(workspace.rag.language, query_, question_.language);
    const float least = parts_.model.is_extractive() ? kLeastForExtract : kLeastForModel;
    if (found.passages.empty() || found.answerable < least) {
      place_ = {};
      events_->on_sources({});
      emit(fallback_answer(workspace.rag, language));
      store(Status());
      return {};
    }
    answer_.sources = sources_of(found.passages);
    citations_ = CitationFilter(static_cast<int>(found.passages.size()));
    events_->on_sources(answer_.sources);

    ChatRequest request = make_request(std::move(found.passages), history_of(earlier_), language);
    std::shared_ptr<ChatCall> call = parts_.model.start(std::move(request), shared_from_this());
    std::unique_lock lock(mutex_);
    call_ = call;
    const bool cancelled = cancelled_;
    lock.unlock();
    if (cancelled) call->cancel();
    return {};
  }

  ChatRequest make_request(std::vector<Passage> passages, std::vector<PromptTurn> history,
                           const std::string& language) const {
    const RagConfig& rag = question_.workspace.rag;
    PromptInput input;
    input.chatbot_name = question_.workspace.widget.chatbot_name;
    input.language = language;
    input.system_prompt = rag.system_prompt;
    if (!question_.instructions.empty()) input.system_prompt += "\n\n" + question_.instructions;
    input.passages = std::move(passages);
    ChatRequest request;
    request.messages.push_back({Role::system, system_message(input)});
    for (PromptTurn& turn : history) {
      request.messages.push_back({Role::user, std::move(turn.question)});
      if (!turn.answer.empty())
        request.messages.push_back({Role::assistant, std::move(turn.answer)});
    }
    request.messages.push_back({Role::user, question_.text});
    request.question = query_;
    request.language = language;
    request.passages = std::move(input.passages);
    request.model = rag.llm_model;
    request.temperature = rag.temperature;
    request.max_tokens = rag.max_tokens;
    request.top_p = rag.top_p;
    return request;
  }

  void take(const ChatUsage& usage) {
    answer_.extract = usage.extract;
    answer_.cut = usage.cut;
    answer_.model = usage.model;
    answer_.prompt_tokens = usage.prompt_tokens;
    answer_.completion_tokens = usage.completion_tokens;
  }

  void emit(std::string_view text) {
    if (text.empty()) return;
    if (!first_token_at_) first_token_at_ = Steady::now();
    answer_.text += text;
    events_->on_token(text);
  }

  // The end of every turn, on a worker. A turn of which nothing was written leaves no trace.
  void store(const Status& outcome) {
    if (!outcome.ok() && answer_.text.empty()) return events_->on_error(outcome);
    const auto since_start = [&](Steady::time_point at) {
      return static_cast<int>(
          std::chrono::duration_cast<std::chrono::milliseconds>(at - started_).count());
    };
    Message said;
    said.id = answer_.message_id;
    said.conversation_id = conversation_.id;
    said.role = "assistant";
    said.content = answer_.text;
    said.sources = answer_.sources;
    if (!curated_) said.rag_score = answer_.rag_score;
    said.is_complete = outcome.ok();
    said.cached = answer_.cached;
    said.response_time_ms = since_start(Steady::now());
    if (first_token_at_) said.ttfb_ms = since_start(*first_token_at_);
    if (answer_.prompt_tokens + answer_.completion_tokens > 0)
      said.tokens_used = answer_.prompt_tokens + answer_.completion_tokens;
    said.model = answer_.model;
    if (answer_.extract) said.metadata = R"({"extract":true})";
    if (curated_) said.metadata = fmt::format(R"({{"curated":"{}"}})", curated_->to_string());
    if (data_sql_) said.metadata = data_metadata(*data_sql_);
    said.created_at =
        std::max(parts_.clock.now(), asked_at_ + Micros(1));  // always after its question
    conversation_.last_message_at = said.created_at;

    const WorkspaceId& workspace = question_.workspace.id;
    const Status stored = parts_.conversations.append(
        workspace, conversation_, !question_.conversation, {asked_message(), said});
    if (!stored.ok()) return events_->on_error(stored);
    if (!outcome.ok()) return events_->on_error(outcome);
    if (said.rag_score && confidence_of(*said.rag_score) == "low") ask_for_person();
    // Before it is said to be done: who hears that may ask again at once.
    if (!answer_.cached && !curated_ && !data_sql_)
      cache_.remember(
          question_.workspace, place_,
          {question_.text, question_vector_, answer_.text, answer_.sources, answer_.rag_score});
    events_->on_done(answer_);
  }

  Message asked_message() const {
    Message asked;
    asked.id = MessageId::random();
    asked.conversation_id = conversation_.id;
    asked.role = "user";
    asked.content = question_.text;
    asked.created_at = asked_at_;
    return asked;
  }

  // One more weak answer: enough of them in a row bring a person.
  void ask_for_person() {
    const WidgetConfig& widget = question_.workspace.widget;
    if (question_.channel != Channel::widget || !widget.handover_enabled ||
        widget.handover_after_low == 0 || low_before_ + 1 < widget.handover_after_low)
      return;
    const auto asked = parts_.handovers.request(question_.workspace, conversation_.id, {});
    if (asked.ok())
      answer_.handover = *asked;
    else
      log::warning("a conversation was not handed over: {}", asked.status().to_string());
  }

  ChatParts parts_;
  AnswerCache& cache_;
  ChatQuestion question_;
  std::shared_ptr<ChatEvents> events_;
  CitationFilter citations_;
  const Steady::time_point started_ = Steady::now();
  const Time asked_at_ = parts_.clock.now();
  std::optional<Steady::time_point> first_token_at_;
  const Deadline deadline_ = Deadline::current();
  Conversation conversation_;
  std::vector<Message> earlier_;  // oldest first
  std::string query_;             // the question with what it leans on
  ChatAnswer answer_;
  std::optional<CuratedAnswerId> curated_;  // the answer that a person wrote
  std::optional<std::string> data_sql_;     // the answer is from a database
  int low_before_ = 0;                      // weak answers just before this one
  Vector question_vector_;
  AnswerCache::Place place_;  // none: this answer is not cached
  std::mutex mutex_;
  std::shared_ptr<ChatCall> call_;
  bool cancelled_ = false;
  bool asks_data_ = false;  // call_ is of DataQuestions
};

}  // namespace

std::shared_ptr<ChatTurn> ChatService::ask(ChatQuestion question,
                                           std::shared_ptr<ChatEvents> events) {
  auto turn = std::make_shared<Turn>(parts_, cache_, std::move(question), std::move(events));
  turn->run();
  return turn;
}

}  // namespace monitora
