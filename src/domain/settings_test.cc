#include "domain/settings.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace monitora {
namespace {

boost::json::object object(std::string_view text) {
  return boost::json::parse(text).as_object();
}

TEST(RagConfig, MergesWhatIsGivenAndLeavesTheRest) {
  RagConfig config;
  ASSERT_TRUE(merge(object(R"({"top_k":3,"system_prompt":"Réponds {ainsi}"})"), config).ok());
  EXPECT_EQ(config.top_k, 3);
  EXPECT_EQ(config.system_prompt, "Réponds {ainsi}");
  EXPECT_EQ(config.max_tokens, 900);
  ASSERT_TRUE(merge(object(R"({"top_k":null})"), config).ok());
  EXPECT_EQ(config.top_k, 8);
}

TEST(RagConfig, ASmallerChunkTakesItsOverlapWithIt) {
  RagConfig config;
  ASSERT_TRUE(merge(object(R"({"chunk_size":300})"), config).ok());
  EXPECT_EQ(config.chunk_overlap, 150);
}

struct Wrong {
  const char* patch;
  const char* field;
};
class RagConfigRefuses : public ::testing::TestWithParam<Wrong> {};
TEST_P(RagConfigRefuses, AndNamesTheField) {
  RagConfig config;
  const Status status = merge(object(GetParam().patch), config);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.fields()[0].field, GetParam().field);
  EXPECT_EQ(config, RagConfig());
}
INSTANTIATE_TEST_SUITE_P(
    Ranges, RagConfigRefuses,
    ::testing::Values(
        Wrong{R"({"temperature":2.01})", "temperature"},
        Wrong{R"({"temperature":"1"})", "temperature"}, Wrong{R"({"max_tokens":63})", "max_tokens"},
        Wrong{R"({"max_tokens":100.5})", "max_tokens"},
        Wrong{R"({"max_tokens":1e300})", "max_tokens"}, Wrong{R"({"top_k":0})", "top_k"},
        Wrong{R"({"top_k":21})", "top_k"},
        Wrong{R"({"chunk_size":200,"chunk_overlap":101})", "chunk_overlap"},
        Wrong{R"({"cache_threshold":0.49})", "cache_threshold"},
        Wrong{R"({"cache_ttl":59})", "cache_ttl"}, Wrong{R"({"language":"de"})", "language"},
        Wrong{R"({"enable_cache":1})", "enable_cache"}, Wrong{R"({"surprise":1})", "surprise"},
        Wrong{"{\"system_prompt\":\"a\\u0000b\"}", "system_prompt"}));

TEST(RagConfig, NamesEveryMistakeAtOnce) {
  RagConfig config;
  EXPECT_EQ(merge(object(R"({"top_k":0,"top_p":2,"x":1})"), config).fields().size(), 3u);
}

TEST(WidgetConfig, RewritesOlderSpellings) {
  WidgetConfig config;
  ASSERT_TRUE(
      merge(
          object(
              R"({"color_accent":"#FF0000","widgetWidth":400,"settings":{"welcomeMessage":"Bonjour"}})"),
          config)
          .ok());
  EXPECT_EQ(config.primary_color, "#FF0000");
  EXPECT_EQ(config.width, 400);
  EXPECT_EQ(config.welcome_message, "Bonjour");
}

TEST(WidgetConfig, RefusesWhatIsNoColour) {
  for (const char* bad : {"red", "#12345", "#12345g", "#123456;", "url(x)"}) {
    WidgetConfig config;
    EXPECT_FALSE(merge(boost::json::object{{"primary_color", bad}}, config).ok()) << bad;
  }
}

TEST(Settings, RoundTripThroughTheDatabase) {
  RagConfig rag;
  rag.cache_threshold = 0.9;
  rag.language = "fr";
  EXPECT_EQ(read_rag_config(boost::json::serialize(to_json(rag))), rag);
  WidgetConfig widget;
  widget.suggested_questions = {"Quels délais ?"};
  EXPECT_EQ(read_widget_config(boost::json::serialize(to_json(widget))), widget);
}

TEST(Settings, AnOldRowNeverStopsAWorkspace) {
  EXPECT_EQ(read_rag_config("not json"), RagConfig());
  const RagConfig config = read_rag_config(R"({"top_k":500,"temperature":0.7,"plan":"free"})");
  EXPECT_EQ(config.top_k, 8);
  EXPECT_EQ(config.temperature, 0.7);
}

}  // namespace
}  // namespace monitora
