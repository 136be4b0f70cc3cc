#include "domain/insights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <random>

namespace monitora {
namespace {

TEST(Durations, SmallOnesAreExact) {
  Durations durations;
  EXPECT_FALSE(durations.mean() || durations.percentile(50));
  for (int ms = 1; ms <= 200; ++ms) durations.add(ms);
  EXPECT_EQ(durations.mean(), 100.5);
  EXPECT_EQ(durations.percentile(50), 100);
  EXPECT_EQ(durations.percentile(95), 190);
  EXPECT_EQ(durations.percentile(100), 200);
  durations.add(-5);
  EXPECT_EQ(durations.percentile(1), 2) << "rank 3 of 0, 1, 2, …";
}

TEST(Durations, LargeOnesAreCloseAndFew) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> spread(6.5, 1.2);
  std::vector<int> all;
  Durations durations;
  for (int i = 0; i < 100000; ++i) {
    all.push_back(static_cast<int>(std::min(spread(random), 1e8)));
    durations.add(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const int percent : {5, 50, 95, 99}) {
    const double exact = all[all.size() * percent / 100 - 1];
    EXPECT_NEAR(*durations.percentile(percent), exact, exact * 0.005) << percent;
  }
  EXPECT_LT(durations.classes().size(), 2500U);
  durations.add(INT_MAX);
  EXPECT_NEAR(*durations.percentile(100), INT_MAX, INT_MAX * 0.005);
}

TEST(Durations, TwoHalvesAreTheWhole) {
  Durations whole, first, second;
  for (int i = 0; i < 1000; ++i) {
    whole.add(i * 17);
    (i % 3 == 0 ? first : second).add(i * 17);
  }
  first.add(second);
  EXPECT_EQ(first, whole);
  EXPECT_EQ(Durations::of(whole.total(), whole.classes()), whole);
}

TEST(Figures, RatesFollowThePlan) {
  Figures figures;
  EXPECT_FALSE(figures.satisfaction_rate() || figures.cache_hit_rate() || figures.avg_rag_score());
  figures.count_answer(1, true, 0.9, false, 100, 10);
  figures.count_answer(-1, false, 0.499999, false, 300, {});
  figures.count_answer({}, false, 0.1, true, {}, {});
  figures.count_answer({}, false, 0.5, false, {}, {});
  figures.count_answer(1, false, {}, false, {}, {});
  EXPECT_EQ(figures.satisfaction_rate(), 100.0 * 2 / 3);
  EXPECT_EQ(figures.cache_hit_rate(), 20);
  EXPECT_NEAR(*figures.avg_rag_score(), (0.9 + 0.499999 + 0.1 + 0.5) / 4, 1e-12);
  EXPECT_EQ(figures.low_confidence, 1);
  EXPECT_EQ(figures.response.mean(), 200);
  EXPECT_EQ(figures.first_token.count(), 1);
}

TEST(Figures, TheMeanOfScoresHasNoOrder) {
  std::vector<double> scores;
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) scores.push_back(std::uniform_real_distribution<>(0, 1)(random));
  Figures up, down;
  for (const double score : scores) up.count_answer({}, false, score, false, {}, {});
  std::reverse(scores.begin(), scores.end());
  for (const double score : scores) down.count_answer({}, false, score, false, {}, {});
  EXPECT_EQ(*up.avg_rag_score(), *down.avg_rag_score());
}

Day day(const char* text) {
  return *parse_day(text);
}

TEST(TopicTrend, ComparesTwoPeriods) {
  Topic topic;
  topic.daily = {{day("2026-11-22"), 3}, {day("2026-11-23"), 1}, {day("2026-11-16"), 5},
                 {day("2026-11-10"), 7}, {day("2026-11-09"), 9}, {day("2026-11-24"), 100}};
  const TopicTrend trend = trend_of(topic, day("2026-11-23"), 7);
  EXPECT_EQ(trend.days, 7);
  EXPECT_EQ(trend.latest, 4);
  EXPECT_EQ(trend.before, 12);
  ASSERT_EQ(trend.series.size(), 7U);
  EXPECT_EQ(trend.series.front().from, day("2026-11-17"));
  EXPECT_EQ(trend.series.back().questions, 1);
  EXPECT_EQ(trend.series[5].questions, 3);
}

TEST(TopicTrend, LongPeriodsAreByWeekAndCut) {
  Topic topic;
  topic.daily = {{day("2026-11-23"), 1},
                 {day("2026-08-26"), 2},
                 {day("2026-08-25"), 4},
                 {day("2026-05-27"), 8}};
  const TopicTrend trend = trend_of(topic, day("2026-11-23"), 3650);
  EXPECT_EQ(trend.days, kLongestTrend);
  EXPECT_EQ(trend.latest, 3);
  EXPECT_EQ(trend.before, 4);
  ASSERT_EQ(trend.series.size(), 13U);
  EXPECT_EQ(trend.series[0].questions, 2);
  EXPECT_EQ(trend.series[12].questions, 1);
  EXPECT_EQ(trend.series[1].from - trend.series[0].from, std::chrono::days(7));
}

TEST(PeopleOf, CountsEachOnce) {
  std::vector<Figures> days(3);
  days[0].conversation_names = {1, 2, 3};
  days[1].conversation_names = {3, 4};
  days[0].visitor_names = {7};
  days[2].visitor_names = {7, 9};
  const auto people = people_of(days);
  ASSERT_TRUE(people);
  EXPECT_EQ(people->conversations, 4);
  EXPECT_EQ(people->visitors, 2);
  days[1].visitor_names.reset();
  EXPECT_FALSE(people_of(days)) << "one day's are not known";
  EXPECT_TRUE(people_of(std::span(days).first(1)));
}

TEST(PeopleOf, SumsAreNotNamed) {
  Figures sum, day;
  sum.add(day);
  EXPECT_FALSE(people_of({&sum, 1}));
}

TEST(NameHash, StaysTheSame) {
  EXPECT_EQ(name_hash(""), 0xcbf29ce484222325);
  EXPECT_EQ(name_hash("a"), 0xaf63dc4c8601ec8c);
  EXPECT_EQ(name_hash("foobar"), 0x85944171f73967e8);
}

}  // namespace
}  // namespace monitora
