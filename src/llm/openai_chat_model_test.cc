#include "llm/openai_chat_model.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "net/http_client.h"
#include "net/runtime.h"
#include "scripted_llm.h"

namespace monitora::llm {
namespace {

using testing::Script;
using testing::ScriptedLlm;
using namespace std::chrono_literals;

class Heard final : public ChatListener {
 public:
  void on_token(std::string_view utf8) override {
    const std::lock_guard lock(mutex_);
    text_.append(utf8);
    ++tokens_;
    changed_.notify_all();
  }
  void on_done(const ChatUsage& usage) override {
    const std::lock_guard lock(mutex_);
    usage_ = usage;
    ++ends_;
    changed_.notify_all();
  }
  void on_error(const Status& status) override {
    const std::lock_guard lock(mutex_);
    error_ = status;
    ++ends_;
    changed_.notify_all();
  }

  // Waits for the end; the error, or ok.
  Status wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 30s, [this] { return ends_ > 0; }))
      return Status::internal("no end");
    return error_;
  }
  bool wait_tokens(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [&] { return tokens_ >= count; });
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  ChatUsage usage() {
    const std::lock_guard lock(mutex_);
    return usage_;
  }
  int ends() {
    const std::lock_guard lock(mutex_);
    return ends_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  int tokens_ = 0;
  int ends_ = 0;
  ChatUsage usage_;
  Status error_;
};

class OpenAiChatModelTest : public ::testing::Test {
 protected:
  // Small waits, so that a stall is over soon; nothing below depends on how long they are.
  OpenAiOptions options() {
    OpenAiOptions options;
    options.base_url = server_.base_url();
    options.api_key = "key";
    options.model = "scripted";
    options.retry_after = 1ms;
    return options;
  }
  ChatRequest question() {
    ChatRequest request;
    request.messages = {{Role::system, "Réponds."}, {Role::user, "Quel délai ?"}};
    return request;
  }
  // Runs one answer to its end.
  Status ask(const OpenAiOptions& given) {
    OpenAiChatModel model(runtime_, client_, given);
    heard_ = std::make_shared<Heard>();
    call_ = model.start(question(), heard_);
    return heard_->wait();
  }
  Status ask() { return ask(options()); }

  ScriptedLlm server_;
  net::Runtime runtime_;
  net::HttpClient client_{runtime_, net::AddressGuard::trusting()};
  std::shared_ptr<Heard> heard_;
  std::unique_ptr<ChatCall> call_;
};

TEST_F(OpenAiChatModelTest, StreamsAnAnswerWithItsUsage) {
  server_.push(Script::answer({"Le délai ", "est de ", "14 jours."}));
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(heard_->text(), "Le délai est de 14 jours.");
  EXPECT_EQ(heard_->usage().prompt_tokens, 7);
  EXPECT_EQ(heard_->usage().completion_tokens, 3);
  EXPECT_EQ(heard_->usage().model, "scripted");
  const auto request = server_.received().at(0);
  EXPECT_EQ(request.path, "/v1/chat/completions");
  EXPECT_NE(request.head.find("Authorization: Bearer key"), std::string::npos);
  EXPECT_NE(request.body.find("\"stream\":true"), std::string::npos);
  EXPECT_NE(request.body.find("Quel délai ?"), std::string::npos);
}

TEST_F(OpenAiChatModelTest, WholeCharactersHoweverTheBytesAreCut) {
  for (const std::size_t bytes : {1, 2, 3, 5, 7}) {
    Script script;
    script.split(bytes);
    server_.push(std::move(
        script
            .raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            .raw("data: {\"choices\":[{\"delta\":{\"content\":\"déjà 🙂 €\"}}]}\r\n\r\n")
            .raw("data:{\"choices\":[{\"delta\":{\"content\":\" "
                 "fin\"},\"finish_reason\":\"stop\"}]}\n\n")
            .raw("data: [DONE]\n\n")
            .drop()));
    ASSERT_TRUE(ask().ok()) << bytes;
    EXPECT_EQ(heard_->text(), "déjà 🙂 € fin");
  }
}

TEST_F(OpenAiChatModelTest, ACharacterCutBetweenTwoTokensIsPutTogether) {
  Script script = Script::stream();
  script.event("{\"choices\":[{\"delta\":{\"content\":\"caf\xC3\"}}]}");
  script.event("{\"choices\":[{\"delta\":{\"content\":\"\xA9\"}}]}");
  script.event(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})");
  server_.push(script.end());
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(heard_->text(), "café");
}

TEST_F(OpenAiChatModelTest, ReasoningAndNullsAreNoText) {
  Script script = Script::stream();
  script.event(
      R"({"choices":[{"delta":{"role":"assistant","content":"","reasoning_content":"hm"}}]})");
  script.event(R"({"choices":[{"delta":{"content":null,"reasoning":"so"}}],"usage":null})");
  script.event(
      R"({"choices":[{"delta":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"oui"}]}}]})");
  script.event(
      R"({"choices":[{"delta":{"content":""},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":1}}})");
  server_.push(script.end());  // and no [DONE]
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(heard_->text(), "oui");
  EXPECT_EQ(heard_->usage().prompt_tokens, 3);
}

TEST_F(OpenAiChatModelTest, AServerThatDoesNotStream) {
  server_.push(Script::reply(
      200,
      R"({"model":"m","choices":[{"message":{"role":"assistant","content":"entier"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}})"));
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(heard_->text(), "entier");
  EXPECT_EQ(heard_->usage().completion_tokens, 2);
}

TEST_F(OpenAiChatModelTest, OneRetryBeforeTheFirstToken) {
  const std::vector<std::pair<const char*, Script>> failures = {
      {"500", Script::reply(500, "oops")},
      {"503", Script::reply(503, "oops")},
      {"429", Script::reply(429, "{}")},
      {"429 with a small Retry-After",
       Script::reply(429, "{}", "application/json", "Retry-After: 0\r\n")},
      {"dropped before the response", Script().drop()},
      {"reset", Script().reset()},
      {"dropped before a token", Script::stream().drop()},
      {"garbage for a token", Script::stream().event("<html>").hang()},
      {"an error event", Script::stream().event(R"({"error":{"message":"overloaded"}})").hang()}};
  for (const auto& [name, failure] : failures) {
    const std::size_t before = server_.received().size();
    server_.push(failure);
    server_.push(Script::answer({"bien"}));
    EXPECT_TRUE(ask().ok()) << name;
    EXPECT_EQ(heard_->text(), "bien") << name;
    EXPECT_EQ(server_.received().size(), before + 2) << name;
  }
}

TEST_F(OpenAiChatModelTest, ThenAnHonestError) {
  server_.otherwise([](const auto&) { return Script::reply(502, "<html>Bad gateway</html>"); });
  const Status status = ask();
  EXPECT_EQ(status.code(), Code::upstream_failed);
  EXPECT_EQ(status.key(), "model_unavailable");
  EXPECT_EQ(server_.received().size(), 2u);
  EXPECT_EQ(status.sentence().fr.find("502"), std::string::npos);
  EXPECT_EQ(heard_->text(), "");
}

TEST_F(OpenAiChatModelTest, SaturatedWhenTheServerAsksForALongWait) {
  server_.push(Script::reply(429, "{}", "application/json", "Retry-After: 60\r\n"));
  const Status status = ask();
  EXPECT_EQ(status.code(), Code::rate_limited);
  EXPECT_EQ(status.key(), "model_saturated");
  EXPECT_EQ(status.retry_after_seconds(), 60);
  EXPECT_EQ(server_.received().size(), 1u);
}

TEST_F(OpenAiChatModelTest, AWrongKeyIsNotTriedAgain) {
  server_.push(Script::reply(401, R"({"error":{"message":"Incorrect API key"}})"));
  EXPECT_EQ(ask().key(), "model_unavailable");
  EXPECT_EQ(server_.received().size(), 1u);
}

TEST_F(OpenAiChatModelTest, NoRetryAfterTheFirstToken) {
  const std::vector<std::pair<const char*, Script>> failures = {
      {"dropped", Script::stream().token("Le délai").drop()},
      {"ended early", Script::stream().token("Le délai").end()},
      {"garbage", Script::stream().token("Le délai").event("{]").hang()},
      {"no chunk size", Script::stream().token("Le délai").raw("zz\r\n").hang()}};
  for (const auto& [name, failure] : failures) {
    const std::size_t before = server_.received().size();
    server_.push(failure);
    EXPECT_EQ(ask().key(), "model_unavailable") << name;
    EXPECT_EQ(heard_->text(), "Le délai") << name;
    EXPECT_EQ(server_.received().size(), before + 1) << name;
    EXPECT_EQ(heard_->ends(), 1) << name;
  }
}

TEST_F(OpenAiChatModelTest, AConnectionThatBreaksAfterTheEndIsNoFailure) {
  Script script = Script::stream().token("tout");
  script.event(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})");
  server_.push(script.reset());
  EXPECT_TRUE(ask().ok());
  EXPECT_EQ(heard_->text(), "tout");
}

// On a busy machine these times may be over before the server has heard of the request.
TEST_F(OpenAiChatModelTest, AStallBeforeTheFirstTokenEndsInAnError) {
  OpenAiOptions short_waits = options();
  short_waits.first_token_timeout = 30ms;
  server_.push(Script().hang());
  EXPECT_EQ(ask(short_waits).key(), "model_unavailable");
}

TEST_F(OpenAiChatModelTest, AStallAmongTheTokensEndsInAnError) {
  OpenAiOptions short_waits = options();
  short_waits.idle_timeout = 300ms;
  server_.push(Script::stream().token("Le").hang());
  EXPECT_EQ(ask(short_waits).key(), "model_unavailable");
  EXPECT_EQ(heard_->text(), "Le");
  EXPECT_TRUE(server_.wait_client_closed(1));
}

TEST_F(OpenAiChatModelTest, AnAnswerThatNeverEndsIsCut) {
  OpenAiOptions limited = options();
  limited.total_timeout = 100ms;
  server_.push(Script::stream().repeat_forever(
      Script::chunk("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n")));
  EXPECT_EQ(ask(limited).key(), "model_unavailable");
}

TEST_F(OpenAiChatModelTest, CancelClosesTheConnection) {
  server_.push(Script::stream().token("un").hang());
  OpenAiChatModel model(runtime_, client_, options());
  auto heard = std::make_shared<Heard>();
  auto call = model.start(question(), heard);
  ASSERT_TRUE(heard->wait_tokens(1));
  call->cancel();
  call->cancel();
  EXPECT_EQ(heard->wait().code(), Code::cancelled);
  EXPECT_TRUE(server_.wait_client_closed(1));
  call = nullptr;
  EXPECT_EQ(heard->ends(), 1);
}

TEST_F(OpenAiChatModelTest, DestroyingTheHandleCancels) {
  server_.push(Script().hang());
  OpenAiChatModel model(runtime_, client_, options());
  auto heard = std::make_shared<Heard>();
  auto call = model.start(question(), heard);
  ASSERT_TRUE(server_.wait_received(1));
  call = nullptr;
  EXPECT_EQ(heard->wait().code(), Code::cancelled);
  EXPECT_TRUE(server_.wait_client_closed(1));
}

TEST_F(OpenAiChatModelTest, NobodyListensThere) {
  OpenAiOptions nowhere = options();
  {
    const ScriptedLlm closed;
    nowhere.base_url = closed.base_url();
  }
  EXPECT_EQ(ask(nowhere).key(), "model_unavailable");
}

TEST_F(OpenAiChatModelTest, LearnsWhatAServerDoesNotTake) {
  OpenAiChatModel model(runtime_, client_, options());
  server_.push(
      Script::reply(422, R"({"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs"}]})"));
  server_.push(
      Script::reply(400, R"({"error":{"message":"Use 'max_completion_tokens' instead."}})"));
  server_.push(Script::answer({"a"}));
  server_.push(Script::answer({"b"}));
  for (int i = 0; i < 2; ++i) {
    auto heard = std::make_shared<Heard>();
    const auto call = model.start(question(), heard);
    ASSERT_TRUE(heard->wait().ok());
  }
  const auto requests = server_.received();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_NE(requests[0].body.find("stream_options"), std::string::npos);
  EXPECT_EQ(requests[3].body.find("stream_options"), std::string::npos);
  EXPECT_NE(requests[3].body.find("max_completion_tokens"), std::string::npos);
}

TEST_F(OpenAiChatModelTest, ManyAtOnce) {
  server_.otherwise([](const auto&) { return Script::answer({"x", "y"}); });
  OpenAiChatModel model(runtime_, client_, options());
  std::vector<std::shared_ptr<Heard>> all;
  std::vector<std::unique_ptr<ChatCall>> calls;
  for (int i = 0; i < 50; ++i) {
    all.push_back(std::make_shared<Heard>());
    calls.push_back(model.start(question(), all.back()));
  }
  for (const auto& heard : all) {
    EXPECT_TRUE(heard->wait().ok());
    EXPECT_EQ(heard->text(), "xy");
  }
}

}  // namespace
}  // namespace monitora::llm
