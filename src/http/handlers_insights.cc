#include "http/handlers_insights.h"

#include <algorithm>
#include <boost/json.hpp>

#include "domain/citations.h"
#include "http/analytics_period.h"
#include "http/chat_wire.h"
#include "http/fields.h"
#include "http/handlers.h"
#include "http/handlers_conversations.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr int kDays = 30;
constexpr int kMostDays = 3650;
constexpr std::size_t kListed = 200;           // weak answers and groups in one reply
constexpr std::size_t kLongestAnswer = 20000;  // characters
constexpr double kAnsweredWell = 0.5;          // below it an answer is of low confidence

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value();
}

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}

json::object metrics_json(const InsightMetrics& metrics) {
  return {{"satisfaction_rate", or_null(metrics.satisfaction_rate)},
          {"avg_rag_score", or_null(metrics.avg_rag_score)},
          {"avg_messages_per_conversation", metrics.avg_messages_per_conversation},
          {"low_confidence_count", metrics.low_confidence_count},
          {"total_conversations", metrics.total_conversations},
          {"total_messages", metrics.total_messages},
          {"total_documents", metrics.total_documents},
          {"calculated_at", format_time(metrics.calculated_at)}};
}

json::object question_json(const LowConfidenceQuestion& question, const std::string& group) {
  return {{"message_id", question.message_id.to_string()},
          {"question", question.question},
          {"answer", question.answer},
          {"rag_score", question.rag_score},
          {"created_at", format_time(question.created_at)},
          {"group_id", group}};
}

json::object group_json(const QuestionGroup& group) {
  json::array messages;
  for (const LowConfidenceQuestion& each : group.questions) {
    if (messages.size() == kListed) break;
    messages.push_back(json::value(each.message_id.to_string()));
  }
  const std::vector<std::string> wordings = group.wordings();
  return {{"group_id", group.id},
          {"question", group.questions.front().question},
          {"wordings", json::array(wordings.begin(), wordings.end())},
          {"questions_count", group.questions.size()},
          {"lowest_rag_score", group.lowest_score()},
          {"last_asked_at", format_time(group.questions.front().created_at)},
          {"message_ids", std::move(messages)}};
}

json::object topic_json(const Topic& topic, Day today, int days) {
  const TopicTrend trend = trend_of(topic, today, days);
  json::array series;
  for (const TopicTrend::Point& point : trend.series)
    series.push_back({{"date", format_day(point.from)}, {"questions", point.questions}});
  return {{"id", topic.id.to_string()},
          {"topic_name", topic.name},
          {"message_count", topic.message_count},
          {"sample_questions",
           json::array(topic.sample_questions.begin(), topic.sample_questions.end())},
          {"trend", json::object{{"days", trend.days},
                                 {"questions", trend.latest},
                                 {"questions_before", trend.before},
                                 {"series", std::move(series)}}}};
}

json::value date_of(const Analytics& analytics, const TimeZone& zone, Time time) {
  return analytics.by_hour ? json::value(format_time(time))
                           : json::value(format_day(zone.day_of(time)));
}

Result<Response> get_analytics(const InsightRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const TimeZone zone, time_zone_of(parts.workspaces, workspace));
  Query query(request);
  const Period period = read_period(query, zone, parts.clock.now());
  MONITORA_TRY(query.finish());
  MONITORA_ASSIGN(const Analytics found,
                  parts.statistics.analytics(workspace, zone, period.from, period.to));
  json::array history;
  for (const AnalyticsPoint& point : found.history)
    history.push_back({{"date", date_of(found, zone, point.from)},
                       {"messages", point.messages},
                       {"conversations", point.conversations},
                       {"visitors", point.visitors}});
  const Figures& total = found.total;
  return Response::json(
      200, json::object{{"period", period.name.empty() ? json::value() : json::value(period.name)},
                        {"from", format_time(period.from)},
                        {"to", format_time(period.to)},
                        {"time_zone", zone.name()},
                        {"total_conversations", total.conversations},
                        {"total_messages", total.messages},
                        {"documents_count", found.documents_count},
                        {"unique_visitors", total.visitors},
                        {"satisfaction_rate", or_null(total.satisfaction_rate())},
                        {"avg_response_time_ms", or_null(total.response.mean())},
                        {"response_time_p50_ms", or_null(total.response.percentile(50))},
                        {"response_time_p95_ms", or_null(total.response.percentile(95))},
                        {"avg_ttfb_ms", or_null(total.first_token.mean())},
                        {"ttfb_p50_ms", or_null(total.first_token.percentile(50))},
                        {"ttfb_p95_ms", or_null(total.first_token.percentile(95))},
                        {"cache_hit_rate", or_null(total.cache_hit_rate())},
                        {"history", std::move(history)}});
}

Result<Response> get_insights(const InsightRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  Query query(request);
  const int days = query.whole_number("days", 1, kMostDays).value_or(kDays);
  MONITORA_TRY(query.finish());
  MONITORA_ASSIGN(const TimeZone zone, time_zone_of(parts.workspaces, workspace));
  MONITORA_ASSIGN(const InsightMetrics metrics, parts.statistics.insights(workspace, zone, days));
  const Day today = zone.day_of(parts.clock.now());
  const Time since = zone.start_of(today - std::chrono::days(days));
  MONITORA_ASSIGN(std::vector<LowConfidenceQuestion> weak,
                  parts.store.low_confidence(workspace, since, WeakAnswers::kMost));
  MONITORA_ASSIGN(const std::vector<Topic> topics, parts.topic_store.topics(workspace));

  std::vector<std::pair<Time, json::object>> latest;
  json::array groups, questions, topic_list;
  for (const QuestionGroup& group : WeakAnswers::grouped(std::move(weak))) {
    if (groups.size() < kListed) groups.push_back(group_json(group));
    for (const LowConfidenceQuestion& each : group.questions)
      latest.emplace_back(each.created_at, question_json(each, group.id));
  }
  std::ranges::stable_sort(latest, std::ranges::greater(),
                           [](const auto& one) { return one.first; });
  for (auto& [at, question] : latest)
    if (questions.size() < kListed) questions.push_back(std::move(question));
  for (const Topic& topic : topics) topic_list.push_back(topic_json(topic, today, days));
  return Response::json(200, json::object{{"metrics", metrics_json(metrics)},
                                          {"topics", std::move(topic_list)},
                                          {"low_confidence_questions", std::move(questions)},
                                          {"low_confidence_groups", std::move(groups)}});
}

Result<Response> recalculate(const InsightRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const InsightMetrics metrics, parts.store.calculate(workspace));
  MONITORA_ASSIGN(const bool fresh, parts.topics.refresh_soon(workspace));
  json::object body = metrics_json(metrics);
  body["topics_fresh"] = fresh;
  return Response::json(200, body);
}

Result<Response> resolve_message(const InsightRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const MessageId message,
                  path_id<MessageId>(request, "message_id", "message_not_found"));
  MONITORA_TRY(parts.weak_answers.resolve(actor_of(request), workspace, message));
  return Response::no_content();
}

Result<Response> resolve_group(const InsightRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const int resolved,
                  parts.weak_answers.resolve_group(actor_of(request), workspace,
                                                   request.params.at("group_id")));
  return Response::json(200, json::object{{"resolved", resolved}});
}

Result<Response> add_answer(const InsightRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string answer = fields.required_text("answer", kLongestAnswer);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const Document document,
                  parts.weak_answers.add_answer(actor_of(request), workspace,
                                                request.params.at("group_id"), answer));
  return Response::json(202, json::object{{"document_id", document.id.to_string()},
                                          {"filename", document.filename},
                                          {"status", to_string(document.status)}})
      .with("Location", "/api/documents/" + document.id.to_string());
}

Result<Response> check_group(const InsightRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  const std::string& group = request.params.at("group_id");
  MONITORA_ASSIGN(const std::vector<WeakAnswers::Check> checks,
                  parts.weak_answers.check(workspace, group));
  json::array questions;
  bool all = true;
  for (const WeakAnswers::Check& each : checks) {
    const bool well = each.score >= kAnsweredWell;
    all = all && well;
    questions.push_back({{"question", each.question},
                         {"rag_score_before", each.score_before},
                         {"rag_score", each.score},
                         {"confidence", confidence_of(each.score)},
                         {"answered_well", well},
                         {"sources", to_json(sources_of(each.passages))}});
  }
  return Response::json(
      200, json::object{
               {"group_id", group}, {"answered_well", all}, {"questions", std::move(questions)}});
}

}  // namespace

void add_insight_routes(Router& router, const InsightRoutes& parts) {
  const auto add = [&](Method method, const char* pattern, Access access,
                       Result<Response> (*handler)(const InsightRoutes&, const Request&)) {
    router.add(
        {.method = method,
         .pattern = pattern,
         .access = access,
         .handler = [parts, handler](const Request& request) { return handler(parts, request); }});
  };
  using enum Access;
  add(Method::get, "/api/workspaces/{wid}/analytics", workspace_reader, get_analytics);
  add(Method::get, "/api/insights/{wid}", workspace_reader, get_insights);
  add(Method::post, "/api/insights/{wid}/recalculate", workspace_admin, recalculate);
  add(Method::post, "/api/insights/{wid}/resolve/{message_id}", workspace_admin, resolve_message);
  add(Method::get, "/api/insights/{wid}/groups/{group_id}/check", workspace_reader, check_group);
  add(Method::post, "/api/insights/{wid}/groups/{group_id}/resolve", workspace_admin,
      resolve_group);
  add(Method::post, "/api/insights/{wid}/groups/{group_id}/answer", workspace_admin, add_answer);
}

}  // namespace monitora::http
