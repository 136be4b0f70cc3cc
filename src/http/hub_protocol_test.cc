#include "http/hub_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace monitora::http::hub {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HubRecords, AreTheSameHoweverTheyArrive) {
  const std::string all = "{}\x1e\x1e{\"type\":6}\x1e{\"ty";
  Records whole(100);
  const auto at_once = whole.push(all);
  ASSERT_TRUE(at_once.ok());
  EXPECT_THAT(*at_once, ElementsAre("{}", "", "{\"type\":6}"));
  Records bit_by_bit(100);
  std::vector<std::string> found;
  for (const char c : all) {
    const auto records = bit_by_bit.push({&c, 1});
    found.insert(found.end(), records->begin(), records->end());
  }
  EXPECT_EQ(found, *at_once);
  EXPECT_THAT(*bit_by_bit.push("pe\":7}\x1e"), ElementsAre("{\"type\":7}"));
}

TEST(HubRecords, OneThatIsTooLongIsRefusedBeforeItsEnd) {
  Records records(10);
  EXPECT_THAT(*records.push("0123456789\x1e"), ElementsAre("0123456789"));
  EXPECT_THAT(*records.push("01234"), IsEmpty());
  EXPECT_EQ(records.push("567890").status().key(), "message_too_large");
}

TEST(HubHandshake, OnlyJsonInVersionOne) {
  EXPECT_TRUE(check_handshake(R"({"protocol":"json","version":1})").ok());
  for (const char* wrong :
       {"", "{}", "GET / HTTP/1.1", R"({"protocol":"messagepack","version":1})",
        R"({"protocol":"json"})", R"({"protocol":"json","version":"1"})",
        R"({"protocol":"json","version":9})", R"({"protocol":3,"version":1})", "[]", "null"})
    EXPECT_EQ(check_handshake(wrong).key(), "bad_handshake") << wrong;
}

TEST(HubMessage, AnInvocationIsRead) {
  const auto message = parse_message(
      R"({"type":1,"invocationId":"7","target":"Subscribe","arguments":["w",3],"streamIds":[]})");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->kind, Message::Kind::invocation);
  EXPECT_EQ(message->invocation_id, "7");
  EXPECT_EQ(message->target, "Subscribe");
  EXPECT_EQ(message->arguments, (boost::json::array{"w", 3}));
  EXPECT_EQ(parse_message(R"({"type":1,"target":"x","arguments":[]})")->invocation_id, "");
}

TEST(HubMessage, KindsThatNobodyWaitsForAreLetPass) {
  EXPECT_EQ(parse_message(R"({"type":6})")->kind, Message::Kind::ping);
  EXPECT_EQ(parse_message(R"({"type":7,"error":"x"})")->kind, Message::Kind::close);
  for (const char* other : {R"({"type":3,"invocationId":"1"})", R"({"type":5})", R"({"type":99})"})
    EXPECT_EQ(parse_message(other)->kind, Message::Kind::other) << other;
}

TEST(HubMessage, GarbageIsAnError) {
  for (const char* wrong :
       {"", "{", "[]", "null", "\xff\xfe", "{\"type\":\"1\"}", R"({"target":"Subscribe"})",
        R"({"type":1,"target":"x"})", R"({"type":1,"arguments":[]})",
        R"({"type":1,"target":"x","arguments":{}})", R"({"type":1,"target":5,"arguments":[]})",
        R"({"type":1,"invocationId":5,"target":"x","arguments":[]})",
        R"({"type":1,"target":"x","arguments":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]})"})
    EXPECT_EQ(parse_message(wrong).status().key(), "bad_message") << wrong;
}

TEST(HubRecordsToSend, HaveTheProtocolsForm) {
  EXPECT_EQ(handshake_answer(), "{}\x1e");
  EXPECT_EQ(handshake_refusal("no"), "{\"error\":\"no\"}\x1e");
  EXPECT_EQ(invocation("messageCreated", {{"a", 1}}),
            "{\"type\":1,\"target\":\"messageCreated\",\"arguments\":[{\"a\":1}]}\x1e");
  EXPECT_EQ(completion("7", nullptr), "{\"type\":3,\"invocationId\":\"7\",\"result\":null}\x1e");
  EXPECT_EQ(failed_completion("7", "é\""),
            "{\"type\":3,\"invocationId\":\"7\",\"error\":\"é\\\"\"}\x1e");
  EXPECT_EQ(ping(), "{\"type\":6}\x1e");
  EXPECT_EQ(close("", false), "{\"type\":7}\x1e");
  EXPECT_EQ(close("over", true), "{\"type\":7,\"error\":\"over\",\"allowReconnect\":true}\x1e");
}

}  // namespace
}  // namespace monitora::http::hub
