#include "llm/openai_embedder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/deadline.h"
#include "base/text.h"
#include "llm/openai_wire.h"
#include "net/http_client.h"
#include "net/runtime.h"
#include "scripted_llm.h"

namespace monitora::llm {
namespace {

using testing::Script;
using testing::ScriptedLlm;
using namespace std::chrono_literals;

class OpenAiEmbedderTest : public ::testing::Test {
 protected:
  std::unique_ptr<OpenAiEmbedder> create(std::string model = "m") {
    OpenAiEmbedderOptions options;
    options.base_url = server_.base_url();
    options.model = std::move(model);
    options.batch = 2;
    options.retry_after = 1ms;
    server_.push(Script::reply(200, R"({"data":[{"index":0,"embedding":[3,4]}]})"));
    auto embedder = OpenAiEmbedder::create(client_, options);
    EXPECT_TRUE(embedder.ok());
    return embedder.ok() ? std::move(*embedder) : nullptr;
  }

  ScriptedLlm server_;
  net::Runtime runtime_;
  net::HttpClient client_{runtime_, net::AddressGuard::trusting()};
};

TEST_F(OpenAiEmbedderTest, BatchesAndKeepsTheOrder) {
  const auto embedder = create("multilingual-e5-large");
  EXPECT_EQ(embedder->dimension(), 2);
  server_.push(Script::reply(
      200, R"({"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}]})"));
  server_.push(Script::reply(200, R"({"data":[{"index":0,"embedding":[-1,0]}]})"));
  const std::vector<std::string_view> texts = {"un", "deux", "trois"};
  const auto vectors = embedder->embed(Embedder::Kind::passage, texts);
  ASSERT_TRUE(vectors.ok()) << vectors.status().to_string();
  ASSERT_EQ(vectors->size(), 3u);
  EXPECT_FLOAT_EQ((*vectors)[0][0], 0.6f);
  EXPECT_FLOAT_EQ((*vectors)[1][1], 1.0f);
  EXPECT_FLOAT_EQ((*vectors)[2][0], -1.0f);
  EXPECT_NE(server_.received().at(1).body.find("passage: deux"), std::string::npos);
}

TEST_F(OpenAiEmbedderTest, OneRetryThenAnError) {
  const auto embedder = create();
  server_.push(Script::reply(503, "busy"));
  server_.push(Script::reply(200, R"({"data":[{"embedding":[1,0]}]})"));
  EXPECT_TRUE(embedder->embed_one(Embedder::Kind::query, "x").ok());
  server_.push(Script::reply(503, "busy"));
  server_.push(Script().drop());
  EXPECT_EQ(embedder->embed_one(Embedder::Kind::query, "x").status().key(),
            "embedding_unavailable");
}

TEST_F(OpenAiEmbedderTest, RepliesThatMakeNoSense) {
  const auto embedder = create();
  for (const char* reply :
       {"", "[]", "{}", R"({"data":[]})", R"({"data":[{"embedding":[]}]})",
        R"({"data":[{"embedding":[0,0]}]})", R"({"data":[{"embedding":["a",1]}]})",
        R"({"data":[{"index":5,"embedding":[1,0]}]})", R"({"data":[{"embedding":[1,2,3]}]})"}) {
    server_.push(Script::reply(200, reply));
    EXPECT_EQ(embedder->embed_one(Embedder::Kind::query, "x").status().key(),
              "embedding_unavailable")
        << reply;
  }
}

TEST_F(OpenAiEmbedderTest, HonoursTheDeadline) {
  const auto embedder = create();
  server_.push(Script().hang());
  // On a busy machine it may be over before the server has heard of the request.
  const ScopedDeadline scope(Deadline::in(20ms));
  EXPECT_EQ(embedder->embed_one(Embedder::Kind::query, "x").status().code(),
            Code::deadline_exceeded);
}

TEST_F(OpenAiEmbedderTest, HonoursTheStopToken) {
  const auto embedder = create();
  std::stop_source stop;
  server_.push(Script().call([&stop] { stop.request_stop(); }).hang());
  const ScopedDeadline scope(Deadline::in(1h, stop.get_token()));
  EXPECT_EQ(embedder->embed_one(Embedder::Kind::query, "x").status().code(), Code::cancelled);
  EXPECT_TRUE(server_.wait_client_closed(1));
}

TEST(CharacterJoiner, EveryCut) {
  const std::string text = "aé€🙂z";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    for (std::size_t j = i; j <= text.size(); ++j) {
      CharacterJoiner joiner;
      std::string all;
      for (const std::string& part : {text.substr(0, i), text.substr(i, j - i), text.substr(j)}) {
        const std::string whole = joiner.push(part);
        EXPECT_EQ(whole.find("\uFFFD"), std::string::npos);
        all += whole;
      }
      EXPECT_EQ(all + joiner.finish(), text);
    }
  }
  CharacterJoiner joiner;
  const std::string broken = joiner.push("a\xE2\x82") + joiner.push("b") + joiner.finish();
  EXPECT_TRUE(is_utf8(broken));
  EXPECT_TRUE(broken.starts_with("a\uFFFD") && broken.ends_with("b")) << broken;
}

}  // namespace
}  // namespace monitora::llm
