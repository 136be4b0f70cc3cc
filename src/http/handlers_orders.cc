#include "http/handlers_orders.h"

#include <boost/json.hpp>

#include "app/order_mapping_json.h"
#include "domain/language.h"
#include "http/fields.h"
#include "http/handlers.h"
#include "ports/workspace_store.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestMessage = 4000;
constexpr std::size_t kLongestClaim = 320;

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}

json::object mapping_json(const std::optional<OrderMapping>& mapping) {
  if (!mapping) return {{"configured", false}};
  json::object out = to_json(*mapping);
  out["configured"] = true;
  return out;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

json::value day_or_null(const std::optional<Day>& day) {
  return day ? json::value(format_day(*day)) : json::value();
}

json::object order_json(const Order& order, bool english) {
  json::value label;
  if (order.label) label = english ? order.label->en : order.label->fr;
  return {{"number", order.number},
          {"ordered", day_or_null(order.ordered)},
          {"expected", day_or_null(order.expected)},
          {"delivered", day_or_null(order.delivered)},
          {"status", text_or_null(order.status)},
          {"label", std::move(label)},
          {"state", to_string(order.state)},
          {"timing", to_string(order.timing)},
          {"days_late", order.days_late},
          {"total", text_or_null(order.total)},
          {"tracking", text_or_null(order.tracking)},
          {"items", json::array(order.items.begin(), order.items.end())}};
}

Result<Response> get_orders(const OrderRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const auto mapping, parts.orders.find(workspace));
  return Response::json(200, mapping_json(mapping));
}

Result<Response> put_orders(const OrderRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(json::object body, read_json(request));
  body.erase("configured");  // of a GET that is sent back
  MONITORA_ASSIGN(OrderMapping mapping, read_order_mapping(body));
  MONITORA_ASSIGN(const OrderMapping stored,
                  parts.orders.put(actor_of(request), workspace, std::move(mapping)));
  return Response::json(200, mapping_json(stored));
}

Result<Response> delete_orders(const OrderRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_TRY(parts.orders.remove(actor_of(request), workspace));
  return Response::no_content();
}

// As if the site had signed that identity. An admin may read the whole table anyway.
Result<Response> try_orders(const OrderRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId id, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string message = fields.required_message("message", kLongestMessage);
  std::optional<VisitorIdentity> identity;
  if (const json::object* given = fields.object("identity")) {
    Fields claims(*given);
    identity.emplace();
    identity->subject = claims.optional_text("sub", kLongestClaim);
    identity->email = claims.optional_text("email", kLongestClaim);
    MONITORA_TRY(claims.finish());
  }
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const Workspace workspace, parts.workspaces.get(id));
  MONITORA_ASSIGN(const OrderTracking::Answer answer,
                  parts.orders.answer({workspace, identity, message, message}));
  const bool english = answer_language(workspace.rag.language, message, request.language) == "en";
  json::array orders;
  for (const Order& each : answer.orders) orders.push_back(order_json(each, english));
  return Response::json(200, json::object{{"response", english ? answer.text.en : answer.text.fr},
                                          {"orders", std::move(orders)},
                                          {"sql", text_or_null(answer.sql)}});
}

}  // namespace

void add_order_routes(Router& router, const OrderRoutes& parts) {
  const auto add = [&](Method method, const std::string& pattern,
                       Result<Response> (*handler)(const OrderRoutes&, const Request&)) {
    router.add(
        {.method = method,
         .pattern = "/api/workspaces/{wid}/database/orders" + pattern,
         .access = Access::workspace_admin,
         .handler = [parts, handler](const Request& request) { return handler(parts, request); }});
  };
  add(Method::get, "", get_orders);
  add(Method::put, "", put_orders);
  add(Method::del, "", delete_orders);
  add(Method::post, "/try", try_orders);
}

}  // namespace monitora::http
