#include "base/time_zone.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

std::string start(const char* zone, const char* day) {
  return format_time(TimeZone::find(zone)->start_of(*parse_day(day))).substr(0, 19);
}
std::string day(const char* zone, const char* time) {
  return format_day(TimeZone::find(zone)->day_of(*parse_time(time)));
}

TEST(TimeZone, KnowsIanasNamesOnly) {
  for (const char* name : {"Europe/Paris", "UTC", "America/New_York", "Asia/Kolkata", "GMT"})
    EXPECT_TRUE(TimeZone::find(name)) << name;
  for (const char* name : {"", "Paris", "europe/paris", "GMT+3", "GMT+03:00", "Etc/Unknown", "x",
                           "Europe/Paris'", "\xff\xfe", "Mars/Olympus"})
    EXPECT_FALSE(TimeZone::find(name)) << name;
  EXPECT_FALSE(TimeZone::find(std::string(5000, 'E')));
}

TEST(TimeZone, DaysStartAtMidnightThere) {
  EXPECT_EQ(start("Europe/Paris", "2026-01-15"), "2026-01-14T23:00:00");
  EXPECT_EQ(start("Europe/Paris", "2026-07-15"), "2026-07-14T22:00:00");
  EXPECT_EQ(start("Asia/Kolkata", "2026-07-15"), "2026-07-14T18:30:00");
  EXPECT_EQ(start("UTC", "2026-07-15"), "2026-07-15T00:00:00");
  EXPECT_EQ(day("Europe/Paris", "2026-01-14T22:59:59Z"), "2026-01-14");
  EXPECT_EQ(day("Europe/Paris", "2026-01-14T23:00:00Z"), "2026-01-15");
  EXPECT_EQ(day("America/New_York", "1969-12-31T23:59:59.999999Z"), "1969-12-31");
}

TEST(TimeZone, DaysOf23And25Hours) {
  EXPECT_EQ(start("Europe/Paris", "2026-03-30"), "2026-03-29T22:00:00");  // 23 hours after
  EXPECT_EQ(start("Europe/Paris", "2026-03-29"), "2026-03-28T23:00:00");
  EXPECT_EQ(start("Europe/Paris", "2026-10-26"), "2026-10-25T23:00:00");  // 25 hours after
  EXPECT_EQ(start("Europe/Paris", "2026-10-25"), "2026-10-24T22:00:00");
  // Clocks that skip midnight, and clocks that show it twice.
  EXPECT_EQ(start("America/Sao_Paulo", "2018-11-04"), "2018-11-04T03:00:00");
  EXPECT_EQ(start("America/Sao_Paulo", "2018-02-18"), "2018-02-18T03:00:00");
  EXPECT_EQ(start("America/Havana", "2026-11-01"), "2026-11-01T04:00:00");
}

TEST(TimeZone, DatesAreReadExactly) {
  EXPECT_EQ(format_day(*parse_day("2024-02-29")), "2024-02-29");
  EXPECT_EQ(format_day(*parse_day("0001-01-01")), "0001-01-01");
  for (const char* text :
       {"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "2026-01-1", "0000-01-01",
        "2026-01-01T00:00:00Z", "2026/01/01", "-026-01-01", "20260-01-1", "+026-01-01"})
    EXPECT_FALSE(parse_day(text)) << text;
}

}  // namespace
}  // namespace monitora
