#include "app/chat.h"

#include <gtest/gtest.h>

#include <functional>

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
    put_.push_back(entry);
    return {};
  }
  Result<Page<CacheEntry>> list(const WorkspaceId&, const PageRequest&) override {
    return Page<CacheEntry>();
  }
  Status clear(const WorkspaceId&) override { return {}; }
  Status remove_answer(const WorkspaceId&, const std::string&) override { return {}; }
  Status remove_expired() override { return {}; }
  std::vector<NewEntry> put_;
  std::int64_t version_ = 7;
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
  Result<std::size_t> count(const WorkspaceId&) override { return std::size_t{1}; }
  Status save() override { return {}; }
  std::vector<std::string> asked_;
  float answerable_ = 0.8f;
  std::int64_t version_ = 7;
};

class UnitEmbedder final : public Embedder {
 public:
  const std::string& model() const override { return model_; }
  int dimension() const override { return 2; }
  int max_tokens() const override { return 512; }
  Result<std::vector<Vector>> embed(Kind, std::span<const std::string_view> texts) override {
    return std::vector<Vector>(texts.size(), Vector{1, 0});
  }
  int count_tokens(std::string_view) const override { return 1; }
  std::string model_ = "unit";
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
    recorder_ = std::make_shared<Recorder>();
    return chat_.ask(std::move(question), recorder_);
  }

  MemoryConversations conversations_;
  MemoryCache cache_;
  OnePassage retriever_;
  UnitEmbedder embedder_;
  ScriptedModel model_;
  Inline workers_;
  FixedClock clock_;
  Workspace workspace_;
  ChatService chat_{{conversations_, cache_, retriever_, embedder_, model_, workers_, clock_}};
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
