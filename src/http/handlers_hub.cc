// Transports as ASP.NET Core has them (docs/specs/TransportProtocols.md), so that every client of
// SignalR finds what it expects.
#include "http/handlers_hub.h"

#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/deadline.h"
#include "http/guards.h"
#include "http/handlers.h"
#include "http/hub_transports.h"

namespace monitora::http {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kTokenBytes = 24;
constexpr std::size_t kMostSent = 64 << 10;  // bytes of one POST

HubClient::Owner owner_of(const Request& request) {
  return {request.principal.user->id, std::string(access_token(request)), client_of(request),
          request.language};
}

Status wrong_transport() {
  return Status(
      Code::conflict, "hub_transport",
      {"Cette connexion a un autre transport.", "This connection has another transport."});
}

Result<std::shared_ptr<HubClient>> client_named(const HubRoutes& parts, const Request& request) {
  const std::string_view token = request.query_value("id");
  if (token.empty())
    return Status(Code::invalid_argument, "connection_id_required",
                  {"L'identifiant de connexion manque : commencez par « negotiate ».",
                   "The connection's id is missing: begin with \"negotiate\"."});
  MONITORA_ASSIGN(const auto client,
                  parts.hub.find(std::string(token), request.principal.user->id));
  client->renew(std::string(access_token(request)));
  return client;
}

Result<Response> negotiate(const HubRoutes& parts, const Request& request) {
  const std::string token = random_token(kTokenBytes);
  MONITORA_TRY(parts.hub.open(owner_of(request), token).status());
  json::array transports;
  for (const char* name : {"WebSockets", "ServerSentEvents", "LongPolling"})
    transports.push_back({{"transport", name}, {"transferFormats", json::array{"Text"}}});
  json::object reply{{"availableTransports", std::move(transports)}};
  const std::string_view version = request.query_value("negotiateVersion");
  if (version.empty() || version == "0") {
    reply["negotiateVersion"] = 0;
    reply["connectionId"] = token;
  } else {
    // The id is for logs; only the token opens the connection.
    reply["negotiateVersion"] = 1;
    reply["connectionId"] = random_token(kTokenBytes);
    reply["connectionToken"] = token;
  }
  return Response::json(200, reply);
}

Result<Response> connect_socket(const HubRoutes& parts, const Request& request) {
  // The token is no cookie, so a foreign page has none; that it may not even try is cheap to say.
  if (!is_same_origin(request, parts.public_url))
    return Status(Code::permission_denied, "foreign_origin",
                  {"Une page d'un autre site ne peut pas se connecter ici.",
                   "A page of another site may not connect here."});
  const std::string named(request.query_value("id"));
  auto found = parts.hub.find(named, request.principal.user->id);
  // Without negotiation, or with another node's: everything that a socket needs is in its request.
  if (!found.ok()) found = parts.hub.open(owner_of(request), random_token(kTokenBytes));
  MONITORA_TRY(found.status());
  const std::shared_ptr<HubClient> client = *found;
  if (client->transport()) return wrong_transport();
  client->renew(std::string(access_token(request)));
  return Response::web_socket([client](std::shared_ptr<WebSocket> socket) -> WebSocketEvents {
    if (!client->attach(std::make_shared<SocketTransport>(socket), Steady::now()).ok()) {
      socket->close();
      return {[](std::string_view) {}, [] {}};
    }
    return {[client](std::string_view text) { client->receive(text, Steady::now()); },
            [client] { client->lost(); }};
  });
}

Result<Response> connect_events(const HubRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const std::shared_ptr<HubClient> client, client_named(parts, request));
  if (client->transport()) return wrong_transport();
  return Response::event_stream([client](std::shared_ptr<EventSink> sink) {
    if (!client->attach(std::make_shared<EventsTransport>(sink), Steady::now()).ok())
      return sink->close();
    sink->on_disconnect([client] { client->lost(); });
  });
}

Result<Response> poll(const HubRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const std::shared_ptr<HubClient> client, client_named(parts, request));
  if (!client->transport())
    MONITORA_TRY(client->attach(std::make_shared<PollingTransport>(Steady::now()), Steady::now()));
  const auto transport = std::dynamic_pointer_cast<PollingTransport>(client->transport());
  if (!transport) return wrong_transport();
  client->heard(Steady::now());
  return Response::deferred([transport](std::function<void(Response)> answer) {
    transport->poll(std::move(answer), Deadline::current().stop(), Steady::now());
  });
}

Result<Response> connect(const HubRoutes& parts, const Request& request) {
  if (request.wants_web_socket()) return connect_socket(parts, request);
  if (request.header("accept").find("text/event-stream") != std::string_view::npos)
    return connect_events(parts, request);
  return poll(parts, request);
}

Result<Response> send(const HubRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const std::shared_ptr<HubClient> client, client_named(parts, request));
  const std::shared_ptr<HubTransport> transport = client->transport();
  if (!transport || transport->kind() == HubTransport::Kind::web_socket) return wrong_transport();
  if (client->is_over()) return Status::not_found("hub_connection_not_found");
  client->receive(request.body, Steady::now());
  return Response::text(200, "text/plain; charset=utf-8", "");
}

Result<Response> disconnect(const HubRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const std::shared_ptr<HubClient> client, client_named(parts, request));
  client->lost();
  Response response;
  response.status = 202;
  return response;
}

}  // namespace

void add_hub_routes(Router& router, const HubRoutes& parts) {
  const auto add = [&](Method method, const char* pattern, bool token_in_query,
                       Result<Response> (*handler)(const HubRoutes&, const Request&)) {
    router.add(
        {.method = method,
         .pattern = pattern,
         .access = Access::signed_in,
         .handler = [parts, handler](const Request& request) { return handler(parts, request); },
         .body_limit = kMostSent,
         .token_in_query = token_in_query});
  };
  add(Method::post, "/hubs/workspace/negotiate", false, negotiate);
  add(Method::get, "/hubs/workspace", true, connect);
  add(Method::post, "/hubs/workspace", true, send);
  add(Method::del, "/hubs/workspace", true, disconnect);
}

}  // namespace monitora::http
