// What a handler answers.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace monitora::http {

// Server-Sent Events to one client. Thread-safe. Kept by whoever produces the events.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Sends `data: <json>` and a blank line. False once the client is gone, or so slow that its queue
  // is over its limit (it is then disconnected).
  virtual bool send(std::string_view json) = 0;
  virtual void close() = 0;  // after what was sent
  // Called once when the client goes away before close(); at once if it already has.
  virtual void on_disconnect(std::function<void()> callback) = 0;
};

// A body written by parts on a worker thread, in constant memory.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // Blocks while the client is behind; cancelled when it is gone.
  virtual Status write(std::string_view part) = 0;
};

// A WebSocket to one client. Thread-safe. Kept by whoever talks to it.
class WebSocket {
 public:
  using Text = std::shared_ptr<const std::string>;  // UTF-8; may be sent to many
  virtual ~WebSocket() = default;
  // One message. False once the client is gone, or so slow that its queue is over its limit (it is
  // then disconnected).
  virtual bool send(Text message) = 0;
  virtual void close() = 0;  // after what was sent
};

// What a WebSocket's client does. Called on the I/O thread: must not block.
struct WebSocketEvents {
  std::function<void(std::string_view)> on_message;
  std::function<void()> on_end;  // once, last
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // At most one of these four, instead of `body`:
  std::function<void(std::shared_ptr<EventSink>)> events;  // must not block
  std::function<Status(BodyWriter&)> writer;               // runs on a worker
  std::function<void(std::function<void(Response)>)>
      later;  // must not block; answer by calling the argument once
  std::function<WebSocketEvents(std::shared_ptr<WebSocket>)> socket;  // must not block

  static Response json(int status, const boost::json::value& value);
  static Response no_content();
  static Response text(int status, std::string_view content_type, std::string body);
  static Response event_stream(std::function<void(std::shared_ptr<EventSink>)> start);
  // Of a request that asks for it (Request::wants_web_socket): the connection is a WebSocket from
  // now on. Not started when the request turns out to be malformed.
  static Response web_socket(std::function<WebSocketEvents(std::shared_ptr<WebSocket>)> start);
  static Response deferred(std::function<void(std::function<void(Response)>)> start);
  // {"detail","code","request_id"[,"errors"]} in `language`, the code's HTTP status, Retry-After.
  // The status's detail is logged here, with the request id, and not sent.
  static Response error(const Status& status, std::string_view language,
                        std::string_view request_id);

  Response&& with(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

int http_status(const Status& status);

// What a client hears of an error. Stored bytes that are wrong, and how the database is set up, are
// the operator's affair: the log says it.
Status shown_to_clients(const Status& status);

}  // namespace monitora::http
