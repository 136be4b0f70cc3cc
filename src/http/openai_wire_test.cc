#include "http/openai_wire.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/crypto.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

json::object asking(json::object more = {}) {
  json::object body{{"model", "Boutique"},
                    {"messages", {{{"role", "user"}, {"content", "Délai ?"}}}}};
  for (auto& field : more) body[field.key()] = field.value();
  return body;
}
json::array messages(std::initializer_list<std::pair<const char*, json::value>> said) {
  json::array all;
  for (const auto& [role, content] : said)
    all.push_back(json::object{{"role", role}, {"content", content}});
  return all;
}
// The parameter that is refused; "" when nothing is.
std::string refused(const json::object& body) {
  const auto parsed = parse_completion(body);
  return parsed.ok() ? "" : parsed.status().fields().front().field;
}

TEST(OpenAiWire, MessagesBecomeAQuestionItsHistoryAndInstructions) {
  const auto parsed = parse_completion(asking(
      {{"messages", messages({{"system", "Sois bref."},
                              {"assistant", "Bonjour !"},
                              {"user", "Délai ?"},
                              {"assistant", nullptr},
                              {"tool", "{\"jours\":2}"},
                              {"assistant", "Deux jours [1]."},
                              {"developer", "Vouvoie."},
                              {"user", json::array{{{"type", "text"}, {"text", "Et"}},
                                                   {{"type", "text"}, {"text", "là ?"}}}}})}}));
  ASSERT_TRUE(parsed.ok()) << parsed.status().to_string();
  EXPECT_EQ(parsed->instructions, "Sois bref.\n\nVouvoie.");
  ASSERT_EQ(parsed->history.size(), 1u);
  EXPECT_EQ(parsed->history[0].question, "Délai ?");
  EXPECT_EQ(parsed->history[0].answer, "Deux jours [1].");
  EXPECT_EQ(parsed->question, "Et\nlà ?");
  EXPECT_EQ(parsed->whole_text(), "Sois bref.\n\nVouvoie.\nDélai ?\nDeux jours [1].\nEt\nlà ?");
}

TEST(OpenAiWire, WhatChangesAMeaningIsRefusedAndTheRestIgnored) {
  EXPECT_EQ(refused(asking({{"n", 1},
                            {"tools", json::array()},
                            {"stop", nullptr},
                            {"user", "42"},
                            {"seed", 7},
                            {"presence_penalty", 0.5},
                            {"response_format", {{"type", "text"}}},
                            {"logprobs", false},
                            {"parallel_tool_calls", true},
                            {"store", false},
                            {"unheard_of", 1}})),
            "");
  EXPECT_EQ(refused(asking({{"n", 2}})), "n");
  EXPECT_EQ(refused(asking({{"stop", json::array{"\n"}}})), "stop");
  EXPECT_EQ(refused(asking({{"tools", json::array{json::object()}}})), "tools");
  EXPECT_EQ(refused(asking({{"logprobs", true}})), "logprobs");
  EXPECT_EQ(refused(asking({{"response_format", {{"type", "json_object"}}}})), "response_format");
  EXPECT_EQ(refused(asking({{"modalities", json::array{"text", "audio"}}})), "modalities");
  EXPECT_EQ(refused(asking({{"temperature", 2.1}})), "temperature");
  EXPECT_EQ(refused(asking({{"top_p", "1"}})), "top_p");
  EXPECT_EQ(refused(asking({{"max_tokens", 0}})), "max_tokens");
  EXPECT_EQ(refused(asking({{"max_completion_tokens", 1.5}})), "max_completion_tokens");
  EXPECT_EQ(refused(asking({{"stream", "yes"}})), "stream");
  EXPECT_EQ(refused(asking({{"stream_options", true}})), "stream_options");
  const auto parsed = parse_completion(asking({{"max_completion_tokens", 100'000},
                                               {"max_tokens", 5},
                                               {"temperature", 0},
                                               {"stream", true},
                                               {"stream_options", {{"include_usage", true}}}}));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->max_tokens, 8192);
  EXPECT_EQ(parsed->temperature, 0);
  EXPECT_TRUE(parsed->stream && parsed->include_usage);
}

TEST(OpenAiWire, MessagesThatCannotBeAsked) {
  const auto said = [](json::array all) { return refused(asking({{"messages", all}})); };
  EXPECT_EQ(refused({{"messages", messages({{"user", "?"}})}}), "model");
  EXPECT_EQ(said({}), "messages");
  EXPECT_EQ(said({1}), "messages[0].role");
  EXPECT_EQ(said(messages({{"user", " "}})), "messages[0].content");
  EXPECT_EQ(said(messages({{"user", nullptr}})), "messages[0].content");
  EXPECT_EQ(said(messages({{"user", "a"}, {"assistant", "b"}})), "messages[1].role");
  EXPECT_EQ(said(messages({{"wizard", "a"}, {"user", "b"}})), "messages[0].role");
  EXPECT_EQ(said(messages({{"user", json::string("a\0b", 3)}})), "messages[0].content");
  EXPECT_EQ(said(messages({{"user", json::string(4001, 'a')}})), "messages[0].content");
  EXPECT_EQ(said(messages({{"system", json::string(16001, 'a')}, {"user", "b"}})),
            "messages[0].content");
  const json::array image{json::object{{"type", "image_url"}, {"image_url", json::object()}}};
  EXPECT_EQ(said(messages({{"user", image}})), "messages[0].content");
}

TEST(OpenAiWire, ErrorsHaveTheEnvelopeAndItsStatuses) {
  const auto shown = [](const Status& status) {
    Response response = openai_error(status, "en", "id");
    json::object error = json::parse(response.body).at("error").as_object();
    return std::pair(response.status, error);
  };
  auto [status, error] = shown(Status::invalid("n", {"non", "no"}));
  EXPECT_EQ(status, 400);
  EXPECT_EQ(error, (json::object{{"message", "n: no"},
                                 {"type", "invalid_request_error"},
                                 {"param", "n"},
                                 {"code", "invalid_fields"}}));
  std::tie(status, error) = shown(
      Status(Code::rate_limited, "too_many_requests", {"trop", "too many"}).with_retry_after(9));
  EXPECT_EQ(status, 429);
  EXPECT_EQ(error.at("code"), "rate_limit_exceeded");
  std::tie(status, error) = shown(Status::internal("SELECT secret"));
  EXPECT_EQ(status, 500);
  EXPECT_EQ(error.at("type"), "server_error");
  EXPECT_EQ(json::serialize(error).find("SELECT"), std::string::npos);
}

TEST(OpenAiWire, AStreamEndsWithItsSourcesAndItsUsage) {
  const CompletionWriter writer("chatcmpl-1", "Boutique", 7, true);
  ChatAnswer answer;
  answer.cut = true;
  answer.sources = {{1, DocumentId(), "a.md", 3, "Deux jours"}};
  json::object last = writer.last(answer);
  const json::value& choice = last.at("choices").at(0);
  EXPECT_EQ(choice.at("finish_reason"), "length");
  const json::value& note = choice.at("delta").at("annotations").at(0);
  EXPECT_EQ(note.at("type"), "source");
  EXPECT_EQ(note.at("page"), 3);
  EXPECT_TRUE(last.at("usage").is_null());
  EXPECT_TRUE(writer.first().at("choices").at(0).at("finish_reason").is_null());
  const json::object usage = *writer.usage({3, 4, true});
  EXPECT_TRUE(usage.at("choices").as_array().empty());
  EXPECT_EQ(usage.at("usage").at("total_tokens"), 7);
  EXPECT_FALSE(CompletionWriter("", "", 0, false).usage({}).has_value());
  EXPECT_FALSE(CompletionWriter("", "", 0, false).last(answer).contains("usage"));
}

TEST(OpenAiWire, Embeddings) {
  const auto parsed = parse_embeddings({{"model", "m"},
                                        {"input", json::array{"a", "b"}},
                                        {"encoding_format", "base64"},
                                        {"dimensions", 2},
                                        {"input_type", "passage"}},
                                       2);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->input.size(), 2u);
  EXPECT_TRUE(parsed->base64);
  EXPECT_EQ(parsed->kind, Embedder::Kind::passage);
  const json::array tokens{json::array{1, 2}};
  for (const json::object& bad :
       {json::object{{"model", "m"}}, json::object{{"model", "m"}, {"input", ""}},
        json::object{{"model", "m"}, {"input", json::array()}},
        json::object{{"model", "m"}, {"input", tokens}},
        json::object{{"model", "m"}, {"input", json::array(257, "a")}},
        json::object{{"model", "m"}, {"input", "a"}, {"dimensions", 3}},
        json::object{{"model", "m"}, {"input", "a"}, {"encoding_format", "hex"}},
        json::object{{"model", "m"}, {"input", "a"}, {"input_type", "image"}},
        json::object{{"input", "a"}}})
    EXPECT_FALSE(parse_embeddings(bad, 2).ok()) << json::serialize(bad);
  const json::object out = embeddings_json("m", {{1.f, -2.f}}, true, 5);
  const json::string& text = out.at("data").at(0).at("embedding").as_string();
  EXPECT_EQ(hex(*from_base64(text)), "0000803f000000c0") << "little-endian floats";
  EXPECT_EQ(out.at("usage").at("prompt_tokens"), 5);
  EXPECT_EQ(embeddings_json("m", {{1.f}}, false, 1).at("data").at(0).at("embedding").at(0), 1.0);
}

}  // namespace
}  // namespace monitora::http
