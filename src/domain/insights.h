// What the conversations of a workspace say about its answers (the plan's formulas).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

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

struct Topic {
  std::string name;
  std::int64_t message_count = 0;
  std::vector<std::string> sample_questions;
};

// One day, or one hour, of the history.
struct AnalyticsPoint {
  Time from;
  std::int64_t messages = 0;
  std::int64_t conversations = 0;
  std::int64_t visitors = 0;
};

struct Analytics {
  std::int64_t total_conversations = 0;
  std::int64_t total_messages = 0;
  std::int64_t documents_count = 0;
  std::int64_t unique_visitors = 0;
  std::optional<double> satisfaction_rate;
  std::optional<double> avg_response_time_ms;
  std::optional<double> avg_ttfb_ms;
  std::optional<double> cache_hit_rate;  // percent of assistant messages
  std::vector<AnalyticsPoint> history;   // only what is not zero; the use case fills the gaps
};

}  // namespace monitora
