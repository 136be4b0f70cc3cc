#include "http/response.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/log.h"
#include "domain/json_text.h"

namespace monitora::http {
namespace json = boost::json;

Response Response::json(int status, const json::value& value) {
  return text(status, "application/json", json_text(value));
}

Response Response::no_content() {
  Response response;
  response.status = 204;
  return response;
}

Response Response::text(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

Response Response::event_stream(std::function<void(std::shared_ptr<EventSink>)> start) {
  Response response;
  response.events = std::move(start);
  return response;
}

Response Response::web_socket(std::function<WebSocketEvents(std::shared_ptr<WebSocket>)> start) {
  Response response;
  response.status = 101;
  response.socket = std::move(start);
  return response;
}

Response Response::deferred(std::function<void(std::function<void(Response)>)> start) {
  Response response;
  response.later = std::move(start);
  return response;
}

int http_status(const Status& status) {
  const std::string& key = status.key();
  switch (status.code()) {
    case Code::ok:
      return 200;
    case Code::invalid_argument:
      if (key == "method_not_allowed") return 405;
      if (key == "request_timeout") return 408;
      if (key == "header_too_large") return 431;
      return key.starts_with("malformed_") ? 400 : 422;
    case Code::unauthenticated:
      return 401;
    case Code::permission_denied:
      return 403;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::too_large:
      return 413;
    case Code::unsupported_type:
      return 415;
    // The model's limit is no limit of this client's.
    case Code::rate_limited:
      return key == "model_saturated" ? 503 : 429;
    case Code::upstream_failed:
      return 502;
    case Code::unavailable:
    case Code::deadline_exceeded:
    case Code::cancelled:
      return 503;
    case Code::corrupted:
    case Code::internal:
      return 500;
  }
  return 500;
}

Status shown_to_clients(const Status& status) {
  if (status.code() == Code::corrupted) return Status::internal({});
  for (const std::string_view key :
       {"database_login_failed", "database_missing", "database_certificate",
        "database_permission_denied", "odbc_driver_missing", "odbc_driver_unknown"})
    if (status.key() == key)
      return Status(Code::unavailable, "database_unavailable",
                    {"La base de données ne répond pas. Réessayez dans un instant.",
                     "The database does not answer. Try again in a moment."});
  return status;
}

Response Response::error(const Status& status, std::string_view language,
                         std::string_view request_id) {
  const int code = http_status(status);
  if (code >= 500 && status.code() != Code::cancelled) {
    log::error("request {}: {}", request_id, status.to_string());
  } else {
    log::debug("request {}: {}", request_id, status.to_string());
  }
  const auto say = [&](const Sentence& sentence) -> const std::string& {
    return language == "en" ? sentence.en : sentence.fr;
  };
  const Status shown = shown_to_clients(status);
  boost::json::object body{
      {"detail", say(shown.sentence())}, {"code", shown.key()}, {"request_id", request_id}};
  if (!shown.fields().empty()) {
    boost::json::array errors;
    for (const FieldError& field : shown.fields()) {
      errors.push_back({{"field", field.field}, {"message", say(field.message)}});
    }
    body["errors"] = std::move(errors);
  }
  Response response = json(code, body);
  if (code == 429 || code == 503) {
    response.headers.emplace_back("Retry-After",
                                  std::to_string(status.retry_after_seconds().value_or(1)));
  }
  if (code == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace monitora::http
