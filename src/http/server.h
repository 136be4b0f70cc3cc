// The HTTP/1.1 server: a coroutine a connection on the I/O thread, handlers on a bounded pool.
//
// One request: headers (limits, deadlines) → route → guard → body → handler → `after` → response.
// A worker route's guard and handler run on the pool under a ScopedDeadline whose stop token fires
// when the client goes away; a light route's run on the I/O thread and must not block. Guards of
// multipart routes run before the body is read. A full pool answers 503 with Retry-After at once.
// Errors of any origin have the contract's JSON shape and pass through `after` too.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "http/router.h"
#include "net/ip_address.h"

namespace monitora::net {
class Runtime;
class WorkerPool;
}  // namespace monitora::net

namespace monitora::http {

class Metrics;

struct ServerOptions {
  using Millis = std::chrono::milliseconds;

  std::string address = "127.0.0.1";  // an address, or "localhost"
  std::uint16_t port = 8001;          // 0: any free one
  std::vector<net::Cidr> trusted_proxies;

  std::size_t max_connections = 10'000;  // more get 503 and are closed
  std::size_t header_limit = 16 * 1024;  // bytes, request line included
  std::size_t buffered_bodies =
      256 << 20;                      // bytes of request bodies in memory, all connections together
  std::size_t event_queue = 1 << 20;  // bytes waiting for one slow reader of events
  std::size_t socket_message = 64 << 10;  // bytes of one message that a WebSocket's client sends
  Millis header_timeout{10'000};    // from the first byte (or the connection) to the last header
  Millis idle_timeout{60'000};      // between requests
  Millis transfer_timeout{30'000};  // without progress while reading a body or writing
  Millis handler_deadline{30'000};
  Millis deferred_deadline{180'000};  // of a Response::later
  Millis ping_interval{15'000};       // of event streams
  Millis stop_grace{10'000};          // for requests under way at stop()

  std::filesystem::path upload_directory;           // for multipart routes; must exist
  std::int64_t max_file_size = 25 << 20;            // bytes; a longer file is flagged and skipped
  std::size_t max_files = 50;                       // a request; more are a 413
  std::int64_t max_upload = std::int64_t{1} << 30;  // bytes a multipart request

  // Runs before the handler, on its thread, and fills Request::principal. Empty: all pass.
  std::function<Status(Request&, const Route&)> guard;
  // Adds headers (CORS) to every response, errors too; `route` is null when none matched. Runs on
  // the I/O thread: must not block.
  std::function<void(const Request&, const Route*, Response&)> after;
  // Answers an OPTIONS request for a path whose route (of Access-Control-Request-Method) is
  // `route`, on a worker. Empty, or no such route: 204 with Allow.
  std::function<Response(Request&, const Route&)> preflight;
  // The shape of errors; Response::error unless set.
  std::function<Response(const Status&, const Request&)> render_error;
};

struct ServerCore;

class Server {
 public:
  // All but `router` and `options` must outlive the server.
  Server(net::Runtime& runtime, net::WorkerPool& workers, Metrics& metrics, Router router,
         ServerOptions options);
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens and returns. unavailable `port_in_use`; invalid_argument `invalid_address`; internal.
  Status start();
  std::uint16_t port() const;  // after start()
  // Stops accepting, ends event streams, lets requests under way finish for `stop_grace`, then cuts
  // them. Blocks; not from the I/O thread. Idempotent.
  void stop();

 private:
  std::shared_ptr<ServerCore> core_;
};

}  // namespace monitora::http
