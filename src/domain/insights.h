// What the conversations of a workspace say about its answers (the plan's formulas).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/time_zone.h"

namespace monitora {

struct InsightMetrics {
  std::optional<double> satisfaction_rate;  // thumbs up ÷ votes × 100 on assistant messages
  std::optional<double> avg_rag_score;
  double avg_messages_per_conversation = 0;
  std::int64_t low_confidence_count = 0;  // rag_score < 0.5 and not resolved
  std::int64_t total_conversations = 0;
  std::int64_t total_messages = 0;
  std::int64_t total_documents = 0;
  Time calculated_at;
};

struct LowConfidenceQuestion {
  MessageId message_id;
  std::string question;
  std::string answer;
  double rag_score = 0;
  Time created_at;
};

// What many questions are about. It keeps its id from run to run while most of its questions stay.
struct Topic {
  TopicId id;
  std::string name;
  std::int64_t message_count = 0;             // questions, each time that they were asked
  std::vector<std::string> sample_questions;  // the most central, different ones
  std::map<Day, std::int64_t> daily;          // questions by the workspace's days, the latest
  std::vector<std::uint64_t> members;         // the first 64 bits of each question's hash
};

// How often a topic was asked for, of late and before.
struct TopicTrend {
  int days = 0;             // both periods' length
  std::int64_t latest = 0;  // in the days up to and with today
  std::int64_t before = 0;  // in as many days before
  struct Point {
    Day from;
    std::int64_t questions = 0;
  };
  std::vector<Point> series;  // the latest period: by day up to 31 days, by week beyond
};

// A topic's days go back so far; longer periods are cut.
inline constexpr int kLongestTrend = 90;
TopicTrend trend_of(const Topic& topic, Day today, int days);

// How long something took, many times. Percentiles are those of a histogram whose classes are exact
// below 256 ms and 1/128 of the value wide above: off by 0.4 % at most, whatever is added to what.
class Durations {
 public:
  void add(int milliseconds, std::int64_t times = 1);
  void add(const Durations& other);

  std::int64_t count() const { return count_; }
  std::int64_t total() const { return total_; }
  std::optional<double> mean() const;
  // The nearest rank of `percent` (1–100).
  std::optional<double> percentile(int percent) const;

  // For storing: a class's smallest value and how many it holds.
  struct Class {
    int least = 0;
    std::int64_t times = 0;
    bool operator==(const Class&) const = default;
  };
  const std::vector<Class>& classes() const { return classes_; }  // in order
  static Durations of(std::int64_t total, std::vector<Class> classes);

  bool operator==(const Durations&) const = default;

 private:
  std::int64_t count_ = 0;
  std::int64_t total_ = 0;
  std::vector<Class> classes_;
};

// What is counted of the messages of a time, channel `test` left out. All are whole numbers, so
// that adding them up gives the same on every database, in every order.
struct Figures {
  std::int64_t messages = 0;
  std::int64_t conversations = 0;  // with a message in that time
  std::int64_t visitors = 0;       // different ones
  std::int64_t votes = 0;          // on answers
  std::int64_t votes_up = 0;
  std::int64_t answers = 0;         // assistant messages
  std::int64_t cached = 0;          // of them
  std::int64_t scored = 0;          // of them: with a rag_score
  std::int64_t score_sum = 0;       // of rag_scores, in billionths
  std::int64_t low_confidence = 0;  // of them: rag_score < 0.5 and not resolved
  Durations response;
  Durations first_token;
  // Which they are, so that those of several times are counted together: each one's name_hash, in
  // order. Nothing where they are more than kMostNamed, or were counted by an older program.
  std::optional<std::vector<std::uint64_t>> conversation_names{std::in_place};
  std::optional<std::vector<std::uint64_t>> visitor_names{std::in_place};

  static constexpr std::size_t kMostNamed = 2000;  // 16 KB of a day's row

  void count_answer(std::optional<int> feedback, bool is_cached, std::optional<double> rag_score,
                    bool is_resolved, std::optional<int> response_ms, std::optional<int> ttfb_ms);
  // Of two times that do not overlap. Conversations and visitors of both count twice, and are not
  // named.
  void add(const Figures& other);

  std::optional<double> satisfaction_rate() const;  // percent
  std::optional<double> cache_hit_rate() const;     // percent of answers
  std::optional<double> avg_rag_score() const;

  bool operator==(const Figures&) const = default;
};

// FNV-1a, 64 bits: kept with the figures, so it stays the same on every machine.
std::uint64_t name_hash(std::string_view name);

// How many conversations and visitors there were in several times, each counted once.
struct People {
  std::int64_t conversations = 0;
  std::int64_t visitors = 0;
};
// Nothing where those of one time are not named.
std::optional<People> people_of(std::span<const Figures> times);

// One day, or one hour, of the history.
struct AnalyticsPoint {
  Time from;
  std::int64_t messages = 0;
  std::int64_t conversations = 0;
  std::int64_t visitors = 0;
};

struct Analytics {
  std::int64_t documents_count = 0;  // of now
  Figures total;                     // of the period, conversations and visitors counted once
  bool by_hour = false;
  std::vector<AnalyticsPoint> history;  // every hour or day, also without a message
};

}  // namespace monitora
