#include "domain/json_text.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <string>

namespace monitora {
namespace {

namespace json = boost::json;

TEST(JsonText, NumbersAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(json_text(json::value(0.1)), "0.1");
  EXPECT_EQ(json_text(json::value(0.0)), "0.0");
  EXPECT_EQ(json_text(json::value(-0.0)), "-0.0");
  EXPECT_EQ(json_text(json::value(7200)), "7200");
  EXPECT_EQ(json_text(json::value(100.0)), "100.0");
  EXPECT_EQ(json_text(json::value(8.0 / 3)), "2.6666666666666665");
  EXPECT_EQ(json_text(json::value(1e300)), "1e+300");
  EXPECT_EQ(json_text(json::value(std::uint64_t{18446744073709551615U})), "18446744073709551615");
}

TEST(JsonText, WhatJsonHasNoNumberForIsNull) {
  EXPECT_EQ(json_text(json::value(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(json_text(json::value(std::nan(""))), "null");
}

TEST(JsonText, EachDoubleReadsBackAsItself) {
  for (const double number : {0.0, -0.0, 0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 1e15, 1e16,
                              1e22, 123456789.125, -2.5e-7}) {
    const json::value back = json::parse(json_text(json::value(number)));
    ASSERT_TRUE(back.is_double()) << number;
    EXPECT_EQ(back.get_double(), number);
    EXPECT_EQ(std::signbit(back.get_double()), std::signbit(number));
  }
}

TEST(JsonText, EverythingElseIsAsTheLibraryWritesIt) {
  const json::value value =
      json::parse(R"({"b":{},"a":[],"é":["\u0000\"\\\n",true,null,[[{"x":-1}]]],"\"k\"":"🌍"})");
  EXPECT_EQ(json_text(value), json::serialize(value));
  EXPECT_EQ(json_text(value.as_object()), json::serialize(value));
  const json::value longer((std::string(5000, 'x') + "é\t").c_str());  // than the writer's buffer
  EXPECT_EQ(json_text(longer), json::serialize(longer));
}

}  // namespace
}  // namespace monitora
