#include "http/export_wire.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "domain/csv.h"
#include "domain/data_answer.h"
#include "domain/handover.h"
#include "domain/json_text.h"
#include "http/chat_wire.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value();
}
json::value or_null(const std::optional<Time>& time) {
  return time ? json::value(format_time(*time)) : json::value();
}
json::value or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

template <class T>
std::string or_empty(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

constexpr const char* yes_or_no(bool value) {
  return value ? "true" : "false";
}

json::value author_json(const Message& message) {
  const std::optional<MessageAuthor> author = author_of(message);
  if (!author) return {};
  return json::object{{"id", author->id.to_string()}, {"name", author->name}};
}

}  // namespace

json::object conversation_json(const Conversation& conversation) {
  return {{"id", conversation.id.to_string()},
          {"workspace_id", conversation.workspace_id.to_string()},
          {"title", or_null(conversation.title)},
          {"visitor_id", or_null(conversation.visitor_id)},
          {"channel", to_string(conversation.channel)},
          {"started_at", format_time(conversation.started_at)},
          {"last_message_at", or_null(conversation.last_message_at)},
          {"messages_count", conversation.messages_count},
          {"satisfaction", or_null(conversation.satisfaction)},
          {"handover", to_string(conversation.handover)},
          {"handover_at", or_null(conversation.handover_at)},
          {"handover_contact", or_null(conversation.handover_contact)}};
}

json::object message_json(const Message& message) {
  const std::optional<std::string> sql = data_sql_of(message);
  return {{"id", message.id.to_string()},
          {"role", message.role},
          {"content", message.content},
          {"sources", to_json(message.sources)},
          {"rag_score", or_null(message.rag_score)},
          {"feedback", or_null(message.feedback)},
          {"is_resolved", message.is_resolved},
          {"is_complete", message.is_complete},
          {"response_time_ms", or_null(message.response_time_ms)},
          {"ttfb_ms", or_null(message.ttfb_ms)},
          {"cached", message.cached},
          {"author", author_json(message)},
          {"sql", sql ? json::value(*sql) : json::value()},
          {"created_at", format_time(message.created_at)}};
}

std::string jsonl_line(const Conversation& conversation, const Message& message) {
  json::object line{{"conversation_id", conversation.id.to_string()},
                    {"channel", to_string(conversation.channel)},
                    {"visitor_id", or_null(conversation.visitor_id)},
                    {"title", or_null(conversation.title)},
                    {"started_at", format_time(conversation.started_at)}};
  for (auto& field : message_json(message)) line[field.key()] = std::move(field.value());
  return json_text(line) + "\n";
}

std::string csv_header() {
  return "\xEF\xBB\xBF"
         "conversation_id,channel,visitor_id,title,started_at,id,created_at,role,content,sources,"
         "rag_score,feedback,is_resolved,is_complete,response_time_ms,ttfb_ms,cached\r\n";
}

std::string csv_line(const Conversation& conversation, const Message& message) {
  std::string line =
      fmt::format("{},{},", conversation.id.to_string(), to_string(conversation.channel));
  append_csv_cell(line, conversation.visitor_id);
  line += ',';
  append_csv_cell(line, conversation.title);
  line += fmt::format(",{},{},{},", format_time(conversation.started_at), message.id.to_string(),
                      format_time(message.created_at));
  append_csv_cell(line, message.role);
  line += ',';
  append_csv_cell(line, message.content);
  line += ',';
  std::string sources;
  for (const Source& source : message.sources) {
    if (!sources.empty()) sources += "; ";
    sources += source.filename;
  }
  append_csv_cell(line, sources);
  line += fmt::format(",{},{},{},{},{},{},{}\r\n", or_empty(message.rag_score),
                      or_empty(message.feedback), yes_or_no(message.is_resolved),
                      yes_or_no(message.is_complete), or_empty(message.response_time_ms),
                      or_empty(message.ttfb_ms), yes_or_no(message.cached));
  return line;
}

}  // namespace monitora::http
