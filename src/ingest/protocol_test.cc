#include "ingest/protocol.h"

#include <gtest/gtest.h>

namespace monitora::ingest {
namespace {

using namespace std::literals;

ExtractedText sample() {
  Place place;
  place.page = 3;
  place.row = 12;
  place.sheet = "Tarifs";
  place.heading = "Livraison › Délais";
  return {{{"Deux lignes\nde texte é", place}, {"Autre", {}}}, "Titre"};
}

TEST(Protocol, CarriesEverything) {
  const auto reply = decode_reply(encode_isolation(7) + encode_text(sample()), FileType::pdf);
  ASSERT_TRUE(reply.ok()) << reply.status().to_string();
  EXPECT_EQ(reply->isolation, 7);
  ASSERT_TRUE(reply->text.ok());
  EXPECT_EQ(reply->text->title, "Titre");
  ASSERT_EQ(reply->text->blocks.size(), 2u);
  EXPECT_EQ(reply->text->blocks[0].text, sample().blocks[0].text);
  EXPECT_EQ(reply->text->blocks[0].place, sample().blocks[0].place);
  EXPECT_EQ(reply->text->blocks[1].place, Place{});
}

TEST(Protocol, CarriesProblems) {
  const auto reply = decode_reply(encode_isolation(7) + encode_problem("no_text"), FileType::pdf);
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->text.status().key(), "no_text");
}

TEST(Protocol, EveryCutIsNoticed) {
  const std::string whole = encode_isolation(7) + encode_text(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_reply(std::string_view(whole).substr(0, size), FileType::pdf).ok()) << size;
  }
}

TEST(Protocol, NothingIsTrusted) {
  const auto refused = [](const std::string& tail) {
    return !decode_reply(encode_isolation(7) + tail, FileType::pdf).ok();
  };
  const std::string end = "Z\4\0\0\0\0\0\0\0"s;
  EXPECT_FALSE(refused(end));
  EXPECT_TRUE(refused(end + "x"));
  EXPECT_TRUE(refused("Z\4\0\0\0\1\0\0\0"s));
  EXPECT_TRUE(
      refused("T\xFF\xFF\xFF\xFF"
              "abc"));
  EXPECT_TRUE(refused("T\1\0\0\0\xFF"s + end));
  EXPECT_TRUE(refused("Q\0\0\0\0"s + end));
  EXPECT_TRUE(refused(encode_problem("rm -rf")));
  EXPECT_TRUE(refused(encode_isolation(1).substr(4) + end));
  ExtractedText dirty;
  dirty.blocks.push_back({"a\0b"s, {}});
  EXPECT_TRUE(refused(encode_text(dirty)));
  EXPECT_FALSE(decode_reply(end, FileType::pdf).ok());
}

}  // namespace
}  // namespace monitora::ingest
