#include "http/handlers_conversations.h"

#include <boost/json.hpp>

#include "http/export_wire.h"
#include "http/fields.h"
#include "http/handlers.h"
#include "http/query.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestSearch = 500;  // characters
constexpr std::string_view kChannels[] = {"widget", "test", "api"};
constexpr std::string_view kHandovers[] = {"bot", "requested", "person"};
constexpr std::string_view kFeedbacks[] = {"1", "-1"};
constexpr std::string_view kFormats[] = {"csv", "jsonl"};

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}

Result<ConversationFilter> read_filter(const ConversationRoutes& parts, const Request& request,
                                       const WorkspaceId& workspace, Query& query) {
  ConversationFilter filter;
  filter.search = query.text("search", kLongestSearch);
  if (query.has("from") || query.has("to")) {
    MONITORA_ASSIGN(const TimeZone zone, time_zone_of(parts.workspaces, workspace));
    const Query::Range range = query.range(zone);
    filter.from = range.from;
    filter.to = range.to;
  }
  if (const auto channel = query.choice("channel", kChannels))
    filter.channel = parse_channel(*channel);
  if (const auto handover = query.choice("handover", kHandovers))
    filter.handover = parse_handover(*handover);
  if (const auto feedback = query.choice("feedback", kFeedbacks))
    filter.feedback = *feedback == "1" ? 1 : -1;
  filter.max_confidence = query.number("max_confidence", 0, 1);
  return filter;
}

Result<Conversation> conversation_of(const ConversationRoutes& parts, const Request& request,
                                     bool as_admin) {
  MONITORA_ASSIGN(const ConversationId id,
                  path_id<ConversationId>(request, "id", "conversation_not_found"));
  return parts.conversations.find(request.principal.user->id, id, as_admin);
}

Result<Response> list_conversations(const ConversationRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  Query query(request);
  MONITORA_ASSIGN(const ConversationFilter filter, read_filter(parts, request, workspace, query));
  MONITORA_TRY(query.finish());
  MONITORA_ASSIGN(const Page<Conversation> found, parts.store.list(workspace, filter, page));
  json::array items;
  for (const Conversation& each : found.items) items.push_back(conversation_json(each));
  return Response::json(200, page_json(std::move(items), found.next_cursor));
}

// Written while it is read: neither the file nor a conversation is held whole.
Result<Response> export_conversations(const ConversationRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  Query query(request);
  MONITORA_ASSIGN(ConversationFilter filter, read_filter(parts, request, workspace, query));
  const bool csv = query.choice("format", kFormats).value_or("csv") == "csv";
  MONITORA_TRY(query.finish());
  Response response;
  const std::string file = csv ? "conversations.csv" : "conversations.jsonl";
  response.headers = {
      {"Content-Type", csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson"},
      {"Content-Disposition", "attachment; filename=\"" + file + "\""},
      {"X-Content-Type-Options", "nosniff"}};
  response.writer = [&store = parts.store, workspace, filter = std::move(filter),
                     csv](BodyWriter& body) -> Status {
    if (csv) MONITORA_TRY(body.write(csv_header()));
    return store.export_messages(workspace, filter,
                                 [&](const Conversation& conversation, const Message& message) {
                                   return body.write(csv ? csv_line(conversation, message)
                                                         : jsonl_line(conversation, message));
                                 });
  };
  return response;
}

Result<Response> get_conversation(const ConversationRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const Conversation found, conversation_of(parts, request, false));
  return Response::json(200, conversation_json(found));
}

Result<Response> list_messages(const ConversationRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  MONITORA_ASSIGN(const Conversation conversation, conversation_of(parts, request, false));
  MONITORA_ASSIGN(const Page<Message> found,
                  parts.store.messages(conversation.workspace_id, conversation.id, page));
  json::array items;
  for (const Message& each : found.items) items.push_back(message_json(each));
  return Response::json(200, page_json(std::move(items), found.next_cursor));
}

Result<Response> delete_conversation(const ConversationRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const Conversation found, conversation_of(parts, request, true));
  MONITORA_TRY(parts.conversations.remove(actor_of(request), found));
  return Response::no_content();
}

}  // namespace

Result<TimeZone> time_zone_of(WorkspaceStore& workspaces, const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const Workspace found, workspaces.get(workspace));
  const auto zone = TimeZone::find(found.widget.time_zone);
  return zone ? *zone : TimeZone::utc();
}

void add_conversation_routes(Router& router, const ConversationRoutes& parts) {
  const auto add = [&](Method method, const char* pattern, Access access,
                       Result<Response> (*handler)(const ConversationRoutes&, const Request&)) {
    router.add(
        {.method = method,
         .pattern = pattern,
         .access = access,
         .handler = [parts, handler](const Request& request) { return handler(parts, request); }});
  };
  add(Method::get, "/api/workspaces/{wid}/conversations", Access::workspace_reader,
      list_conversations);
  add(Method::get, "/api/workspaces/{wid}/conversations/export", Access::workspace_reader,
      export_conversations);
  // A conversation's own id says nothing of its workspace: these look up the role with it.
  add(Method::get, "/api/conversations/{id}", Access::signed_in, get_conversation);
  add(Method::get, "/api/conversations/{id}/messages", Access::signed_in, list_messages);
  add(Method::del, "/api/conversations/{id}", Access::signed_in, delete_conversation);
}

}  // namespace monitora::http
