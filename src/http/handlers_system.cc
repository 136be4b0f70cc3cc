// The server's own routes: alive, ready, metrics, and what it understands.
#include <boost/json.hpp>

#include "base/crypto.h"
#include "http/handlers.h"
#include "http/metrics.h"
#include "http/openapi.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

// A request of this machine itself; one that a proxy here passes on comes from elsewhere.
bool is_local(const Request& request) {
  return request.is_loopback && request.header("x-forwarded-for").empty() &&
         request.header("forwarded").empty();
}

}  // namespace

Result<Response> get_health(const Services&, const Request&) {
  return Response::json(200, {{"status", "ok"}});
}

Result<Response> get_ready(const Services& services, const Request&) {
  bool ready = true;
  json::object checks;
  for (const Services::Check& check : services.readiness()) {
    ready = ready && check.status.ok();
    checks[check.name] = check.status.ok() ? "ok" : shown_to_clients(check.status).key();
  }
  Response response = Response::json(
      ready ? 200 : 503, {{"status", ready ? "ready" : "not_ready"}, {"checks", checks}});
  if (!ready) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Result<Response> get_metrics(const Services& services, const Request& request) {
  const bool has_token =
      !services.metrics_token.empty() &&
      equal_in_constant_time(request.header("authorization"), "Bearer " + services.metrics_token);
  if (!is_local(request) && !has_token)
    return Status(Code::unauthenticated, "metrics_token_required",
                  {"Les mesures demandent METRICS_TOKEN en jeton « Bearer ».",
                   "Metrics need METRICS_TOKEN as a bearer token."});
  return Response::text(200, "text/plain; version=0.0.4; charset=utf-8", services.metrics.render());
}

Result<Response> get_site(const Services& services, const Request&) {
  return Response::json(200, {{"registration", services.registration}});
}

Result<Response> get_openapi(const Services&, const Request&) {
  return Response::text(200, "application/json", std::string(openapi_document()))
      .with("Cache-Control", "no-cache");
}

}  // namespace monitora::http
