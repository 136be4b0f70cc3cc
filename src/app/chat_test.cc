#include "app/chat.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "app/curated_answers.h"
#include "app/data_answers.h"
#include "app/handovers.h"
#include "app/order_mapping_json.h"
#include "domain/question.h"
#include "ports/chat_model.h"
#include "ports/conversation_store.h"
#include "ports/embedder.h"
#include "ports/executor.h"
#include "ports/insights_store.h"
#include "ports/retriever.h"

namespace monitora {
namespace {

class FixedClock final : public Clock {
 public:
  Time now() const override { return Time(Micros(1'700'000'000'000'000)); }
};

class Inline final : public Executor {
 public:
  Status post(std::function<void()> work) override { return work(), Status(); }
  void must_post(std::function<void()> work) override { work(); }
};

class MemoryConversations final : public ConversationStore {
 public:
  struct Appended {
    Conversation conversation;
    bool is_new;
    std::vector<Message> messages;
  };
  Result<Recent> recent(const WorkspaceId&, const ConversationId& id, int) override {
    if (recent_.conversation.id != id) return Status::not_found("conversation_not_found");
    return recent_;
  }
  Status append(const WorkspaceId&, const Conversation& conversation, bool is_new,
                const std::vector<Message>& messages) override {
    if (!append_status_.ok()) return append_status_;
    appended_.push_back({conversation, is_new, messages});
    return {};
  }
  Result<Page<Conversation>> list(const WorkspaceId&, const ConversationFilter&,
                                  const PageRequest&) override {
    return unused();
  }
  Result<Conversation> find(const WorkspaceId&, const ConversationId&) override { return unused(); }
  Result<Access> find_for_user(const UserId&, const ConversationId&) override { return unused(); }
  Result<Page<Message>> messages(const WorkspaceId&, const ConversationId&,
                                 const PageRequest&) override {
    return unused();
  }
  Result<std::vector<Message>> find_messages(const WorkspaceId&, const ConversationId&,
                                             const std::vector<MessageId>&) override {
    return unused();
  }
  Result<std::vector<Message>> messages_after(const WorkspaceId&, const ConversationId&,
                                              std::optional<MessageId>, int) override {
    return unused();
  }
  Status set_feedback(const WorkspaceId&, const ConversationId&, const MessageId&, int) override {
    return unused();
  }
  Result<bool> set_handover(const WorkspaceId&, const ConversationId&, Handover to,
                            const std::string&, bool) override {
    const bool changed = recent_.conversation.handover != to;
    recent_.conversation.handover = to;
    return changed;
  }
  Status remove(const WorkspaceId&, const ConversationId&) override { return unused(); }
  Status export_messages(
      const WorkspaceId&, const ConversationFilter&,
      const std::function<Status(const Conversation&, const Message&)>&) override {
    return unused();
  }
  static Status unused() { return Status::internal("not part of a chat turn"); }

  Recent recent_;
  Status append_status_;
  std::vector<Appended> appended_;
};

class MemoryCache final : public CacheStore {
 public:
  Result<Lookup> find(const WorkspaceId&, const std::string& hash,
                      const std::string& settings) override {
    ++finds_;
    Lookup found{version_, std::nullopt};
    for (const NewEntry& entry : put_)
      if (entry.question_hash == hash && entry.version == version_ &&
          entry.settings_hash == settings) {
        found.entry.emplace();
        found.entry->response = entry.response;
        found.entry->sources = entry.sources;
        found.entry->rag_score = entry.rag_score;
      }
    return found;
  }
  Status put(const WorkspaceId&, const NewEntry& entry) override {
    if (at_put_) at_put_();
    put_.push_back(entry);
    return {};
  }
  Result<std::optional<CacheEntry>> use(const CacheScope& scope, const CacheEntryId& id,
                                        double) override {
    for (const NewEntry& entry : put_)
      if (entry.id == id && entry.version == scope.version &&
          entry.settings_hash == scope.settings_hash) {
        CacheEntry found;
        found.response = entry.response;
        found.sources = entry.sources;
        found.rag_score = entry.rag_score;
        return std::optional(found);
      }
    return std::optional<CacheEntry>();
  }
  Status for_each_question(const CacheScope&, const std::string&, Time,
                           const std::function<Status(CachedQuestion)>&) override {
    return {};
  }
  Result<Counts> counts(const WorkspaceId&) override { return Counts(); }
  Result<Page<CacheEntry>> list(const WorkspaceId&, const PageRequest&) override {
    return Page<CacheEntry>();
  }
  Status clear(const WorkspaceId&) override { return {}; }
  Status remove_answer(const WorkspaceId&, const std::string&) override { return {}; }
  Status remove_expired() override { return {}; }
  std::function<void()> at_put_;
  std::vector<NewEntry> put_;
  std::int64_t version_ = 7;
  int finds_ = 0;
};

// All of a scope are equally near.
class MemoryQuestions final : public CachedQuestions {
 public:
  bool may_have(const CacheScope& scope, const std::string& hash) override {
    return std::ranges::any_of(kept_, [&](const auto& each) {
      return each.first == scope && question_hash(each.second.question) == hash;
    });
  }
  std::vector<Near> nearest(const CacheScope& scope, const Vector&, float least, int) override {
    least_ = least;
    std::vector<Near> found;
    for (const auto& [where, question] : kept_)
      if (where == scope && least <= 1) found.push_back({question.id, question.question, 1});
    return found;
  }
  void add(const CacheScope& scope, const CachedQuestion& question) override {
    kept_.emplace_back(scope, question);
  }
  void forget(const CacheScope& scope, const CacheEntryId& id) override {
    std::erase_if(kept_,
                  [&](const auto& each) { return each.first == scope && each.second.id == id; });
  }
  std::vector<std::pair<CacheScope, CachedQuestion>> kept_;
  float least_ = 0;
};

class OnePassage final : public Retriever {
 public:
  Result<Retrieved> search(const WorkspaceId&, const std::string& question, const Vector&,
                           const RetrievalOptions&) override {
    asked_.push_back(question);
    Retrieved found;
    found.answerable = answerable_;
    found.version = version_;
    Passage passage;
    passage.filename = "livraison.md";
    passage.content = "La livraison prend deux jours.";
    if (answerable_ > 0) found.passages.push_back(passage);
    return found;
  }
  Status put_document(const WorkspaceId&, const DocumentId&, std::vector<IndexedChunk>,
                      std::int64_t) override {
    return {};
  }
  Status remove_document(const WorkspaceId&, const DocumentId&, std::int64_t) override {
    return {};
  }
  Status remove_workspace(const WorkspaceId&) override { return {}; }
  Status reload() override { return {}; }
  std::optional<std::int64_t> version(const WorkspaceId&) override { return in_memory_; }
  Result<std::size_t> count(const WorkspaceId&) override { return std::size_t{1}; }
  Status save() override { return {}; }
  std::vector<std::string> asked_;
  float answerable_ = 0.8f;
  std::int64_t version_ = 7;
  std::optional<std::int64_t> in_memory_;
};

class UnitEmbedder final : public Embedder {
 public:
  const std::string& model() const override { return model_; }
  int dimension() const override { return 2; }
  int max_tokens() const override { return 512; }
  Result<std::vector<Vector>> embed(Kind, std::span<const std::string_view> texts) override {
    ++calls_;
    return std::vector<Vector>(texts.size(), Vector{1, 0});
  }
  int count_tokens(std::string_view) const override { return 1; }
  std::string model_ = "unit";
  int calls_ = 0;
};

// Plays a script on the asking thread; stays open where the script leaves it open.
class ScriptedModel final : public ChatModel {
 public:
  using Script = std::function<void(ChatListener&)>;
  struct Call final : ChatCall {
    explicit Call(std::shared_ptr<ChatListener> l) : listener(std::move(l)) {}
    void cancel() override {
      if (const auto last = std::exchange(listener, nullptr)) last->on_error(Status::cancelled());
    }
    std::shared_ptr<ChatListener> listener;
  };
  std::unique_ptr<ChatCall> start(ChatRequest request,
                                  std::shared_ptr<ChatListener> listener) override {
    request_ = std::move(request);
    script_(*listener);
    return std::make_unique<Call>(open_ ? listener : nullptr);
  }
  bool is_extractive() const override { return false; }
  Script script_ = [](ChatListener& l) {
    l.on_token("Deux jours [1");
    l.on_token("], pas trois [9].");
    ChatUsage usage;
    usage.model = "scripted";
    usage.completion_tokens = 5;
    l.on_done(usage);
  };
  bool open_ = false;
  ChatRequest request_;
};

class MemoryAnswers final : public CuratedStore {
 public:
  Result<Page<CuratedAnswer>> list(const WorkspaceId&, const PageRequest&) override {
    return Page<CuratedAnswer>();
  }
  Result<CuratedAnswer> find(const WorkspaceId&, const CuratedAnswerId&) override {
    return Status::not_found("answer_not_found");
  }
  Result<std::vector<EmbeddedCuratedAnswer>> all(const WorkspaceId&) override {
    ++read_;
    return kept_;
  }
  Status put(const WorkspaceId&, const std::vector<EmbeddedCuratedAnswer>&) override { return {}; }
  Status remove(const WorkspaceId&, const CuratedAnswerId&) override { return {}; }
  Status count_use(const WorkspaceId&, const CuratedAnswerId& id) override {
    used_.push_back(id);
    return {};
  }
  std::vector<EmbeddedCuratedAnswer> kept_;
  std::vector<CuratedAnswerId> used_;
  int read_ = 0;
};

class MemoryDatabases final : public ExternalDatabaseStore {
 public:
  Result<std::optional<Stored>> find(const WorkspaceId&) override {
    ++read_;
    return kept_;
  }
  Result<bool> any_enabled() override { return kept_.has_value(); }
  Status put(const WorkspaceId&, const ExternalDatabase&, const std::string&) override {
    return {};
  }
  Status remove(const WorkspaceId&) override { return {}; }
  Status set_order_tracking(const WorkspaceId&, const std::string& mapping) override {
    kept_->order_tracking = mapping;
    return {};
  }
  Status set_test(const WorkspaceId&, const std::string&, Time) override { return {}; }
  std::optional<Stored> kept_;
  int read_ = 0;
};

// One order, of zoe@example.com.
class OneOrder final : public ExternalData {
 public:
  Result<Tested> test(const ExternalLogin&) override { return Tested(); }
  Result<std::vector<ExternalTable>> tables(const ExternalLogin&) override {
    return std::vector<ExternalTable>();
  }
  Result<std::vector<ExternalTable>> readable(const ExternalLogin&) override {
    return std::vector<ExternalTable>();
  }
  Result<ExternalRows> sample(const ExternalLogin&, const ExternalTable&) override {
    return ExternalRows();
  }
  Result<std::string> check(const ExternalLogin&, std::string_view sql,
                            const ExternalParameters&) override {
    return std::string(sql);
  }
  Result<Answer> query(const ExternalLogin&, std::string_view sql,
                       const ExternalParameters& parameters) override {
    asked_.push_back(parameters);
    if (!status_.ok()) return status_;
    Answer answer;
    answer.sql = sql;
    answer.rows.columns = {"order_owner", "order_number", "order_date", "order_status"};
    answer.rows.rows = {{"zoe@example.com", "FR-1234", "2023-11-13", "sent"}};
    return answer;
  }
  void forget(const WorkspaceId&) override {}
  std::vector<ExternalParameters> asked_;
  Status status_;
};

class PlainSecrets final : public SecretBox {
 public:
  std::string seal(std::string_view secret, std::string_view) const override {
    return std::string(secret);
  }
  Result<std::string> open(std::string_view sealed, std::string_view) const override {
    return std::string(sealed);
  }
};

// Answers when the test says so, or at once.
class ScriptedQuestions final : public DataQuestions {
 public:
  struct Call final : ChatCall {
    explicit Call(ScriptedQuestions& o) : owner(o) {}
    void cancel() override {
      if (const auto done = std::exchange(owner.done_, nullptr)) done(Status::cancelled());
    }
    ScriptedQuestions& owner;
  };
  std::unique_ptr<ChatCall> start(DataQuestion question, Done done) override {
    asked_.push_back(std::move(question));
    if (!open_) return done(reply_), nullptr;
    done_ = std::move(done);
    return std::make_unique<Call>(*this);
  }
  Result<std::vector<std::string>> subjects(const WorkspaceId&) override {
    return std::vector<std::string>{"Le stock"};
  }
  std::vector<DataQuestion> asked_;
  Result<std::optional<DataReply>> reply_ = std::optional<DataReply>();
  bool open_ = false;
  Done done_;
};

class OneListener final : public EventBus {
 public:
  std::shared_ptr<void> listen(const WorkspaceId&, Listener listener) override {
    listeners_.push_back(std::move(listener));
    return std::make_shared<int>();
  }
  void tell(const std::string& entity) {
    Change change;
    change.entity = entity;
    for (const Listener& each : listeners_) each(change);
  }
  std::vector<Listener> listeners_;
};

class NoLimits final : public RateLimits {
 public:
  std::optional<int> use(std::span<const Use>) override { return std::nullopt; }
};

class NoAudit final : public AuditLog {
 public:
  Status append(const Entry&) override { return {}; }
};

class Recorder final : public ChatEvents {
 public:
  void on_sources(const std::vector<Source>& s) override {
    events_ += "sources:" + std::to_string(s.size()) + " ";
  }
  void on_token(std::string_view utf8) override { text_ += utf8; }
  void on_done(const ChatAnswer& answer) override { events_ += "done", answer_ = answer; }
  void on_error(const Status& status) override { events_ += "error:" + status.key(); }
  std::string events_, text_;
  ChatAnswer answer_;
};

class ChatTest : public ::testing::Test {
 protected:
  std::shared_ptr<ChatTurn> ask(const std::string& text,
                                std::optional<ConversationId> conversation = {}) {
    ChatQuestion question;
    question.workspace = workspace_;
    question.text = text;
    question.conversation = conversation;
    question.identity = identity_;
    question.channel = channel_;
    recorder_ = std::make_shared<Recorder>();
    return chat_.ask(std::move(question), recorder_);
  }

  MemoryConversations conversations_;
  MemoryCache cache_;
  MemoryQuestions questions_;
  OnePassage retriever_;
  UnitEmbedder embedder_;
  ScriptedModel model_;
  Inline workers_;
  FixedClock clock_;
  MemoryAnswers answers_;
  OneListener events_;
  NoLimits limits_;
  NoAudit audit_;
  CuratedAnswers curated_{{answers_, embedder_, events_, audit_}};
  Handovers handovers_{{conversations_, limits_, audit_, {}}};
  MemoryDatabases databases_;
  ScriptedQuestions data_questions_;
  OneOrder external_;
  PlainSecrets secrets_;
  ExternalDatabases external_databases_{{databases_, external_, secrets_, audit_, clock_}};
  OrderTracking orders_{{databases_, external_databases_, audit_, clock_}};
  DataAnswers data_{{databases_, embedder_, events_, orders_, &data_questions_}};
  Workspace workspace_;
  std::optional<VisitorIdentity> identity_;
  Channel channel_ = Channel::widget;
  ChatService chat_{{conversations_, cache_, questions_, retriever_, embedder_, model_, curated_,
                     handovers_, workers_, clock_, &data_}};
  std::shared_ptr<Recorder> recorder_;
};

TEST_F(ChatTest, StreamsACitedAnswerAndStoresTheTurn) {
  ask("Quel est le délai de livraison ?");
  EXPECT_EQ(recorder_->events_, "sources:1 done");
  EXPECT_EQ(recorder_->text_, "Deux jours [1], pas trois .");
  ASSERT_EQ(conversations_.appended_.size(), 1u);
  const auto& [conversation, is_new, messages] = conversations_.appended_[0];
  EXPECT_TRUE(is_new);
  EXPECT_EQ(conversation.title, "Quel est le délai de livraison ?");
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1].content, recorder_->text_);
  EXPECT_LT(messages[0].created_at, messages[1].created_at);
  EXPECT_NEAR(*messages[1].rag_score, 0.8, 1e-6);
  EXPECT_TRUE(messages[1].is_complete);
  EXPECT_EQ(messages[1].model, "scripted");
  EXPECT_TRUE(messages[1].ttfb_ms.has_value());
}

TEST_F(ChatTest, TheSameQuestionComesFromTheCacheUntilAnythingChanges) {
  ask("Quel est le délai de livraison ?");
  ask("  quel est le DÉLAI de livraison");
  EXPECT_TRUE(recorder_->answer_.cached);
  EXPECT_EQ(recorder_->events_, "sources:1 done");
  EXPECT_EQ(recorder_->text_, "Deux jours [1], pas trois .");
  EXPECT_EQ(retriever_.asked_.size(), 1u);
  EXPECT_TRUE(conversations_.appended_[1].messages[1].cached);

  cache_.version_ = retriever_.version_ = 8;
  ask("Quel est le délai de livraison ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  workspace_.rag.system_prompt = "Tutoie.";
  ask("Quel est le délai de livraison ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  workspace_.rag.enable_cache = false;
  ask("Quel est le délai de livraison ?");
  EXPECT_FALSE(recorder_->answer_.cached);
}

// It was kept afterwards: on a slow database the same question, asked at once, went to the model.
TEST_F(ChatTest, AnAnswerIsKeptBeforeItIsSaidToBeDone) {
  cache_.at_put_ = [&] { EXPECT_EQ(recorder_->events_, "sources:1 "); };
  ask("Quel est le délai de livraison ?");
  EXPECT_EQ(recorder_->events_, "sources:1 done");
  EXPECT_EQ(cache_.put_.size(), 1u);
}

TEST_F(ChatTest, TheStoreIsAskedOnlyForQuestionsThatMayBeKept) {
  retriever_.in_memory_ = 7;
  ask("Quel est le délai de livraison ?");
  EXPECT_EQ(cache_.finds_, 0);
  ASSERT_EQ(cache_.put_.size(), 1u);
  EXPECT_EQ(cache_.put_[0].version, 7);
  ask("  quel est le DÉLAI de livraison");
  EXPECT_TRUE(recorder_->answer_.cached);
  EXPECT_EQ(cache_.finds_, 1);
  retriever_.in_memory_ = cache_.version_ = retriever_.version_ = 8;
  ask("Quel est le délai de livraison ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  EXPECT_EQ(cache_.finds_, 1);
}

TEST_F(ChatTest, AQuestionThatAsksTheSameComesFromTheCache) {
  ask("Quel est le délai de livraison ?");
  const int embedded = embedder_.calls_;
  ask("En combien de temps serai-je livré ?");
  EXPECT_TRUE(recorder_->answer_.cached);
  EXPECT_EQ(recorder_->events_, "sources:1 done");
  EXPECT_EQ(recorder_->text_, "Deux jours [1], pas trois .");
  EXPECT_EQ(recorder_->answer_.rag_score, conversations_.appended_[0].messages[1].rag_score);
  EXPECT_EQ(retriever_.asked_.size(), 1u);
  EXPECT_EQ(cache_.put_.size(), 1u);  // the answer is not kept twice
  EXPECT_EQ(embedder_.calls_, embedded + 1);
  ask("Quel est le délai de livraison en Suisse ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  EXPECT_EQ(embedder_.calls_, embedded + 2);  // once a turn, for the cache and the search
}

TEST_F(ChatTest, WhatAsksTheSameElsewhereIsAnotherQuestion) {
  ask("Quel est le délai de livraison ?");
  const std::string same = "En combien de temps serai-je livré ?";
  const Workspace here = workspace_;
  workspace_.id = WorkspaceId::random();
  ask(same);
  EXPECT_FALSE(recorder_->answer_.cached);
  workspace_ = here;
  workspace_.rag.system_prompt = "Tutoie.";
  ask(same);
  EXPECT_FALSE(recorder_->answer_.cached);
  workspace_ = here;
  embedder_.model_ = "another";
  ask(same);
  EXPECT_FALSE(recorder_->answer_.cached);
  embedder_.model_ = "unit";
  cache_.version_ = retriever_.version_ = 8;
  ask(same);
  EXPECT_FALSE(recorder_->answer_.cached);
}

TEST_F(ChatTest, AnAnswerForOnePersonNeitherComesFromTheCacheNorGoesThere) {
  ask("Quel est le délai de livraison ?");
  identity_ = VisitorIdentity{"42", "zoe@example.com"};
  ask("Quel est le délai de livraison ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  ask("En combien de temps serai-je livré ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  EXPECT_EQ(cache_.put_.size(), 1u);
}

TEST_F(ChatTest, AQuestionWithinAConversationIsNotLookedUp) {
  ask("Quel est le délai de livraison ?");
  conversations_.recent_.conversation.id = ConversationId::random();
  Message asked;
  asked.role = "user";
  asked.content = "Livrez-vous en Suisse ?";
  conversations_.recent_.messages = {asked};
  ask("Quel est le délai de livraison ?", conversations_.recent_.conversation.id);
  EXPECT_FALSE(recorder_->answer_.cached);
  EXPECT_EQ(cache_.put_.size(), 1u);
}

TEST_F(ChatTest, WhatIsGoneFromTheStoreIsNotGiven) {
  ask("Quel est le délai de livraison ?");
  cache_.put_.clear();  // a thumb down, somewhere
  ask("En combien de temps serai-je livré ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  ASSERT_EQ(questions_.kept_.size(), 1u);
  EXPECT_EQ(questions_.kept_[0].second.question, "En combien de temps serai-je livré ?");
}

TEST_F(ChatTest, TheWorkspacesThresholdGoesBeforeTheModels) {
  ask("Quel est le délai de livraison ?");
  EXPECT_EQ(questions_.least_, 1);  // a model for which all questions are one
  workspace_.rag.cache_threshold = 0.75;
  ask("Livrez-vous en Suisse ?");
  EXPECT_EQ(questions_.least_, 0.75F);
}

// A document was deleted through another node and this one's index has not followed yet.
TEST_F(ChatTest, AnAnswerFromAnOlderIndexIsNotKept) {
  cache_.version_ = 8;
  ask("Quel est le délai de livraison ?");
  EXPECT_TRUE(cache_.put_.empty());
  retriever_.version_ = 8;
  ask("Quel est le délai de livraison ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  EXPECT_EQ(cache_.put_.size(), 1u);
}

TEST_F(ChatTest, AFollowUpIsSearchedAndPromptedWithItsConversation) {
  conversations_.recent_.conversation.id = ConversationId::random();
  Message asked, said;
  asked.role = "user";
  asked.content = "Quel est le délai de livraison en France ?";
  said.role = "assistant";
  said.content = "Deux jours [1].";
  conversations_.recent_.messages = {asked, said};
  ask("et pour l'Espagne ?", conversations_.recent_.conversation.id);
  EXPECT_EQ(retriever_.asked_[0], "Quel est le délai de livraison en France ? et pour l'Espagne ?");
  ASSERT_EQ(model_.request_.messages.size(), 4u);
  EXPECT_EQ(model_.request_.messages[1].content, asked.content);
  EXPECT_EQ(model_.request_.messages[3].content, "et pour l'Espagne ?");
  EXPECT_TRUE(cache_.put_.empty());  // its answer depends on the conversation
  EXPECT_FALSE(conversations_.appended_[0].is_new);
}

TEST_F(ChatTest, AHistoryOrInstructionsOfTheAskerAreUsedAndNeverCached) {
  ask("Quel est le délai ?");
  ASSERT_EQ(cache_.put_.size(), 1u);
  ChatQuestion question;
  question.workspace = workspace_;
  question.workspace.rag.system_prompt = "Vouvoie.";
  question.text = "et pour l'Espagne ?";
  question.history = {{"Quel est le délai de livraison en France ?", "Deux jours [1]."}};
  recorder_ = std::make_shared<Recorder>();
  chat_.ask(question, recorder_);
  EXPECT_EQ(retriever_.asked_[1], "Quel est le délai de livraison en France ? et pour l'Espagne ?");
  ASSERT_EQ(model_.request_.messages.size(), 4u);
  EXPECT_EQ(model_.request_.messages[2].content, "Deux jours [1].");
  EXPECT_EQ(recorder_->answer_.message_id, question.answer_id);
  EXPECT_TRUE(conversations_.appended_[1].is_new);
  EXPECT_EQ(conversations_.appended_[1].messages.size(), 2u) << "only what is new is stored";

  question.history.clear();
  question.text = "Quel est le délai ?";
  question.instructions = "Réponds en vers.";
  chat_.ask(question, recorder_);
  EXPECT_FALSE(recorder_->answer_.cached);
  const std::string& system = model_.request_.messages[0].content;
  EXPECT_LT(system.find("Vouvoie."), system.find("Réponds en vers."));
  EXPECT_LT(system.find("Réponds en vers."), system.find("<passage"));
  EXPECT_EQ(cache_.put_.size(), 1u);
}

TEST_F(ChatTest, APersonsOwnAnswerComesBeforeCacheAndModel) {
  EmbeddedCuratedAnswer each;
  each.answer.id = CuratedAnswerId::random();
  each.answer.question = "Quels sont vos horaires ?";
  each.answer.variants = {"Vous ouvrez quand ?"};
  each.answer.answer = "De 9 h à 18 h.";
  answers_.kept_ = {each};
  for (const char* wording : {"Quels sont vos horaires ?", "vos HORAIRES", "Vous ouvrez quand"}) {
    ask(wording);
    EXPECT_EQ(recorder_->text_, "De 9 h à 18 h.") << wording;
    EXPECT_EQ(recorder_->events_, "sources:0 done");
  }
  EXPECT_TRUE(retriever_.asked_.empty());
  EXPECT_TRUE(cache_.put_.empty());
  EXPECT_EQ(answers_.used_, std::vector<CuratedAnswerId>(3, each.answer.id));
  EXPECT_EQ(answers_.read_, 1);
  const Message& said = conversations_.appended_[0].messages[1];
  EXPECT_FALSE(said.rag_score) << "a person's answer is no measure of the documents";
  EXPECT_EQ(said.metadata, "{\"curated\":\"" + each.answer.id.to_string() + "\"}");

  ask("Quels sont vos horaires le dimanche ?");
  EXPECT_EQ(recorder_->text_, "Deux jours [1], pas trois .");

  // Another node has changed the answers.
  answers_.kept_[0].answer.is_enabled = false;
  events_.tell("answer");
  ask("Quels sont vos horaires ?");
  EXPECT_EQ(recorder_->text_, "Deux jours [1], pas trois .");
  EXPECT_EQ(answers_.read_, 2);
}

TEST_F(ChatTest, APersonsAnswerIsForWhatAsksTheSame) {
  EmbeddedCuratedAnswer each;
  each.answer.id = CuratedAnswerId::random();
  each.answer.question = "Quels sont vos horaires d'ouverture ?";
  each.answer.answer = "De 9 h à 18 h.";
  answers_.kept_ = {each};
  ask("À quelle heure ouvrez-vous ?");
  EXPECT_EQ(recorder_->text_, "De 9 h à 18 h.");
  ask("À quelle heure fermez-vous ?");
  EXPECT_NE(recorder_->text_, "De 9 h à 18 h.");
  Message asked;
  asked.role = "user";
  asked.content = "Livrez-vous en France ?";
  conversations_.recent_.messages = {asked};
  conversations_.recent_.conversation.id = ConversationId::random();
  answers_.kept_[0].answer.question = "Et en Suisse ?";
  events_.tell("answer");
  ask("Et en Suisse ?", conversations_.recent_.conversation.id);
  EXPECT_NE(recorder_->text_, "De 9 h à 18 h.") << "it leans on what was said before";
}

TEST_F(ChatTest, WhileAPersonAnswersTheBotIsSilent) {
  conversations_.recent_.conversation.id = ConversationId::random();
  for (const Handover state : {Handover::requested, Handover::person}) {
    conversations_.recent_.conversation.handover = state;
    conversations_.appended_.clear();
    ask("Vous êtes là ?", conversations_.recent_.conversation.id);
    EXPECT_EQ(recorder_->events_, "sources:0 done");
    EXPECT_EQ(recorder_->text_, "");
    EXPECT_EQ(recorder_->answer_.handover, state);
    EXPECT_EQ(recorder_->answer_.conversation_id, conversations_.recent_.conversation.id);
    ASSERT_EQ(conversations_.appended_.size(), 1u);
    ASSERT_EQ(conversations_.appended_[0].messages.size(), 1u);
    EXPECT_EQ(conversations_.appended_[0].messages[0].content, "Vous êtes là ?");
    EXPECT_EQ(conversations_.appended_[0].messages[0].id, recorder_->answer_.message_id);
  }
  EXPECT_TRUE(retriever_.asked_.empty());
  conversations_.recent_.conversation.handover = Handover::bot;
  ask("Vous êtes là ?", conversations_.recent_.conversation.id);
  EXPECT_NE(recorder_->text_, "");
}

TEST_F(ChatTest, WeakAnswersInARowBringAPerson) {
  retriever_.answerable_ = 0.2f;
  workspace_.widget.handover_after_low = 2;
  Conversation& conversation = conversations_.recent_.conversation;
  conversation.id = ConversationId::random();
  Message weak;
  weak.role = "assistant";
  weak.rag_score = 0.1;
  conversations_.recent_.messages = {weak};
  ask("Et ça ?", conversation.id);
  EXPECT_EQ(conversation.handover, Handover::bot) << "not offered";

  workspace_.widget.handover_enabled = true;
  ask("Autre chose ?");
  EXPECT_EQ(conversation.handover, Handover::bot) << "the first weak one";
  ask("Et ça ?", conversation.id);
  EXPECT_EQ(conversation.handover, Handover::requested);
  EXPECT_EQ(recorder_->answer_.handover, Handover::requested);
  EXPECT_NE(recorder_->text_, "") << "this one was still answered";
}

TEST_F(ChatTest, ADatabaseAnswersWhatIsForIt) {
  databases_.kept_.emplace();
  databases_.kept_->database.allowed_tables = {"products"};
  DataReply reply;
  reply.text = "Il en reste 12.";
  reply.sql = "SELECT stock FROM products";
  reply.usage.model = "scripted";
  data_questions_.reply_ = std::optional(reply);
  ask("Combien de produits sont en stock ?");
  EXPECT_EQ(recorder_->events_, "sources:0 done");
  EXPECT_EQ(recorder_->text_, "Il en reste 12.");
  ASSERT_EQ(data_questions_.asked_.size(), 1u);
  EXPECT_EQ(data_questions_.asked_[0].vector, (Vector{1, 0}));
  EXPECT_EQ(data_questions_.asked_[0].language, "fr");
  EXPECT_EQ(data_questions_.asked_[0].allowed_tables, std::vector<std::string>{"products"});
  const Message& said = conversations_.appended_[0].messages[1];
  EXPECT_EQ(said.metadata, R"({"data":true,"sql":"SELECT stock FROM products"})");
  EXPECT_EQ(said.model, "scripted");
  EXPECT_EQ(said.rag_score, 1);
  EXPECT_TRUE(retriever_.asked_.empty());
  EXPECT_TRUE(cache_.put_.empty()) << "figures are of their moment";

  ask("Combien de produits sont en stock ?");
  EXPECT_FALSE(recorder_->answer_.cached);
  ask("Quel est le délai de livraison ?");
  EXPECT_EQ(recorder_->text_, "Deux jours [1], pas trois .");
  EXPECT_EQ(data_questions_.asked_.size(), 2u);
  EXPECT_EQ(databases_.read_, 1) << "known from then on";
}

TEST_F(ChatTest, ADatabaseThatIsSavedEnabledIsTold) {
  int told = 0;
  ExternalDatabases admin({databases_, external_, secrets_, audit_, clock_, [&] { ++told; }});
  ExternalDatabaseChange change;
  change.engine = ExternalEngine::postgres;
  change.host = "db.example.com";
  change.name = change.user = change.password = "shop";
  change.is_enabled = false;
  ASSERT_TRUE(admin.put({}, workspace_.id, change).ok());
  EXPECT_EQ(told, 0);
  change.is_enabled = true;
  ASSERT_TRUE(admin.put({}, workspace_.id, change).ok());
  EXPECT_EQ(told, 1);
}

TEST_F(ChatTest, WhatTheDatabaseCannotAnswerGoesToTheDocuments) {
  databases_.kept_.emplace();
  ask("Combien de produits sont en stock ?");
  EXPECT_EQ(data_questions_.asked_.size(), 1u);
  EXPECT_EQ(recorder_->events_, "sources:1 done");
  EXPECT_EQ(recorder_->text_, "Deux jours [1], pas trois .");
  data_questions_.reply_ =
      Result<std::optional<DataReply>>(Status(Code::upstream_failed, "model_unavailable", {}));
  ask("Combien de produits sont en stock ce soir ?");
  EXPECT_EQ(recorder_->events_, "error:model_unavailable");
}

TEST_F(ChatTest, ADatabaseIsAskedOnlyWhileItIsThere) {
  const std::string question = "Combien de produits sont en stock ?";
  ask(question);
  ask(question);
  EXPECT_EQ(databases_.read_, 1);
  EXPECT_TRUE(recorder_->answer_.cached);
  databases_.kept_.emplace();
  events_.tell("document");
  ask(question);
  EXPECT_TRUE(data_questions_.asked_.empty());
  events_.tell("database");
  ask(question);
  EXPECT_EQ(data_questions_.asked_.size(), 1u);
  databases_.kept_->database.is_enabled = false;
  events_.tell("database");
  ask(question);
  EXPECT_EQ(data_questions_.asked_.size(), 1u);
}

OrderMapping some_mapping() {
  OrderMapping mapping;
  mapping.table = "public.orders";
  mapping.number_column = "ref";
  mapping.date_column = "made_on";
  mapping.status_column = "state";
  mapping.owner_column = "email";
  mapping.number_type = mapping.owner_type = "text";
  mapping.customers = {"customers", "id", "customer_id"};
  mapping.statuses = {{"sent", {"Expédiée", "Shipped"}, OrderState::open}};
  return mapping;
}

TEST_F(ChatTest, OrdersAreToldToThoseWhoseTheyAre) {
  databases_.kept_.emplace();
  databases_.kept_->database.allowed_tables = {"orders", "customers (id, email)"};
  databases_.kept_->order_tracking = store_order_mapping(some_mapping());
  const std::string question = "Où en est ma commande FR-1234 ?";
  ask(question);
  EXPECT_EQ(recorder_->events_, "sources:0 done");
  EXPECT_NE(recorder_->text_.find("connectez-vous"), std::string::npos) << recorder_->text_;
  EXPECT_TRUE(external_.asked_.empty());

  identity_ = VisitorIdentity{"7", "Zoe@example.com"};
  ask(question);
  EXPECT_NE(recorder_->text_.find("FR-1234 du 13 novembre 2023 : Expédiée"), std::string::npos)
      << recorder_->text_;
  ASSERT_EQ(external_.asked_.size(), 1u);
  EXPECT_EQ(external_.asked_[0].at("owner0"), ExternalValue("Zoe@example.com"));
  EXPECT_EQ(external_.asked_[0].at("number0"), ExternalValue("FR-1234"));
  const Message& said = conversations_.appended_.back().messages[1];
  EXPECT_NE(said.metadata.find(R"({"data":true,"sql":"SELECT )"), std::string::npos);
  EXPECT_TRUE(said.sources.empty());

  // The database took somebody else's for hers.
  identity_ = VisitorIdentity{"8", "zoé@example.com"};
  ask("Where is my order FR-1234?");
  EXPECT_NE(recorder_->text_.find("I find no order FR-1234"), std::string::npos)
      << recorder_->text_;
  identity_ = VisitorIdentity{"8", ""};
  ask("Where is my order FR-1234? I am zoe@example.com");
  EXPECT_NE(recorder_->text_.find("sign in"), std::string::npos) << recorder_->text_;
  EXPECT_EQ(external_.asked_.size(), 2u);
  EXPECT_TRUE(cache_.put_.empty());
  EXPECT_EQ(databases_.read_, 3) << "once for good, and the login of each statement";

  external_.status_ = Status(Code::upstream_failed, "connect_failed", {});
  identity_ = VisitorIdentity{"7", "zoe@example.com"};
  ask(question);
  EXPECT_EQ(recorder_->events_, "sources:0 done");
  EXPECT_NE(recorder_->text_.find("ne peux pas consulter"), std::string::npos);
}

TEST_F(ChatTest, EverybodysOrdersAreReadByMembersOnly) {
  databases_.kept_.emplace();
  databases_.kept_->database.allowed_tables = {"orders", "public.Customers (id, email)",
                                               "products"};
  OrderMapping mapping = some_mapping();
  mapping.is_enabled = false;
  databases_.kept_->order_tracking = store_order_mapping(mapping);
  ask("Combien de produits sont en stock ?");
  channel_ = Channel::api;
  ask("Combien de produits sont en stock ?");
  channel_ = Channel::test;
  ask("Combien de produits sont en stock ?");
  ASSERT_EQ(data_questions_.asked_.size(), 3u);
  EXPECT_EQ(data_questions_.asked_[0].allowed_tables, std::vector<std::string>{"products"});
  EXPECT_EQ(data_questions_.asked_[1].allowed_tables, std::vector<std::string>{"products"});
  EXPECT_EQ(data_questions_.asked_[2].allowed_tables.size(), 3u);
}

TEST_F(ChatTest, ALeavingVisitorCancelsTheQuestionToTheDatabase) {
  databases_.kept_.emplace();
  data_questions_.open_ = true;
  const auto turn = ask("Combien de produits sont en stock ?");
  EXPECT_EQ(recorder_->events_, "");
  turn->cancel();
  turn->cancel();
  EXPECT_EQ(recorder_->events_, "error:cancelled");
  EXPECT_TRUE(conversations_.appended_.empty());
}

TEST_F(ChatTest, SaysThatItDoesNotKnowWhenNothingIsRelevant) {
  retriever_.answerable_ = 0;
  workspace_.rag.fallback_message = "Écrivez-nous.";
  ask("Qui a gagné le match ?");
  EXPECT_EQ(recorder_->events_, "sources:0 done");
  EXPECT_EQ(recorder_->text_, "Écrivez-nous.");
  EXPECT_EQ(conversations_.appended_.size(), 1u);
  EXPECT_TRUE(cache_.put_.empty());
}

TEST_F(ChatTest, ALeavingVisitorCancelsTheModelAndLeavesWhatWasWritten) {
  model_.open_ = true;
  model_.script_ = [](ChatListener& l) { l.on_token("Deux jo"); };
  const auto turn = ask("Quel est le délai ?");
  turn->cancel();
  turn->cancel();
  EXPECT_EQ(recorder_->events_, "sources:1 error:cancelled");
  ASSERT_EQ(conversations_.appended_.size(), 1u);
  EXPECT_EQ(conversations_.appended_[0].messages[1].content, "Deux jo");
  EXPECT_FALSE(conversations_.appended_[0].messages[1].is_complete);
  EXPECT_TRUE(cache_.put_.empty());
}

TEST_F(ChatTest, AModelThatFailsAtOnceLeavesNoTrace) {
  model_.script_ = [](ChatListener& l) {
    l.on_error(Status(Code::upstream_failed, "model_unavailable", {}));
  };
  ask("Quel est le délai ?");
  EXPECT_EQ(recorder_->events_, "sources:1 error:model_unavailable");
  EXPECT_TRUE(conversations_.appended_.empty());
}

TEST_F(ChatTest, AnAnswerThatCannotBeStoredIsNotCalledDone) {
  conversations_.append_status_ = Status(Code::unavailable, "database_unavailable", {});
  ask("Quel est le délai ?");
  EXPECT_EQ(recorder_->events_, "sources:1 error:database_unavailable");
}

TEST_F(ChatTest, AForeignConversationIsNotFound) {
  ask("Quel est le délai ?", ConversationId::random());
  EXPECT_EQ(recorder_->events_, "error:conversation_not_found");
}

}  // namespace
}  // namespace monitora
