#include "http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

#include "base/log.h"
#include "http/connection.h"
#include "http/server_core.h"

namespace monitora::http {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

// The soft limit on open files is often 1,024: take what the system allows.
void raise_file_limit(std::size_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) return;
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, wanted);
  if (setrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur < wanted) {
    log::warning("only {} open files allowed: fewer than {} connections are possible",
                 files.rlim_cur, wanted);
  }
}

void turn_away(tcp::socket& socket) {
  static constexpr std::string_view kBusy =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: "
      "close\r\n\r\n";
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(kBusy), ignored);
}

asio::awaitable<void> accept_loop(std::shared_ptr<ServerCore> core) {
  while (!core->stopping) {
    auto [error, socket] = co_await core->acceptor.async_accept(kNoThrow);
    if (core->stopping) co_return;
    if (error) {  // out of file descriptors, most likely: give others time to end
      log::warning("accept: {}", error.message());
      asio::steady_timer pause(core->acceptor.get_executor(), std::chrono::milliseconds(100));
      co_await pause.async_wait(kNoThrow);
    } else if (core->connections.size() >= core->options.max_connections) {
      turn_away(socket);
    } else {
      std::make_shared<Connection>(core, std::move(socket))->start();
    }
  }
}

asio::awaitable<void> tick_loop(std::shared_ptr<ServerCore> core) {
  const ServerOptions& options = core->options;
  const auto shortest =
      std::min({options.header_timeout, options.idle_timeout, options.transfer_timeout,
                options.ping_interval, options.deferred_deadline});
  const auto interval =
      std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
  while (!core->stopping || !core->connections.empty()) {
    core->ticker.expires_after(interval);
    co_await core->ticker.async_wait(kNoThrow);
    const auto now = std::chrono::steady_clock::now();
    for (Connection* connection : core->connections) connection->tick(now);
  }
}

Result<asio::ip::address> listening_address(const std::string& text) {
  if (text == "localhost") return asio::ip::address(asio::ip::address_v4::loopback());
  boost::system::error_code error;
  const auto address = asio::ip::make_address(text, error);
  if (error) {
    return Status(Code::invalid_argument, "invalid_address",
                  {"« " + text + " » n'est pas une adresse IP sur laquelle écouter.",
                   "\"" + text + "\" is no IP address to listen on."});
  }
  return address;
}

}  // namespace

ServerCore::ServerCore(net::Runtime& io, net::WorkerPool& pool, Metrics& counts, Router routes,
                       ServerOptions given)
    : runtime(io),
      workers(pool),
      metrics(counts),
      router(std::move(routes)),
      options(std::move(given)),
      writers("http-writer", 4, 64),
      acceptor(io.context()),
      ticker(io.context()) {}

Response ServerCore::error(const Status& status, const Request& request) const {
  if (options.render_error) return options.render_error(status, request);
  return Response::error(status, request.language, request.request_id);
}

Server::Server(net::Runtime& runtime, net::WorkerPool& workers, Metrics& metrics, Router router,
               ServerOptions options)
    : core_(std::make_shared<ServerCore>(runtime, workers, metrics, std::move(router),
                                         std::move(options))) {
  const std::weak_ptr<ServerCore> weak = core_;
  const auto gauge = [&](const char* name, const char* help, auto read) {
    metrics.gauge(name, help, [weak, read] {
      const auto core = weak.lock();
      return core ? static_cast<double>(read(*core)) : 0.0;
    });
  };
  gauge("monitora_http_connections", "Open connections.",
        [](ServerCore& core) { return core.open.load(); });
  gauge("monitora_http_in_flight", "Requests under way.",
        [](ServerCore& core) { return core.in_flight.load(); });
  gauge("monitora_http_streams", "Open event streams.",
        [](ServerCore& core) { return core.streams.load(); });
  gauge("monitora_http_queue", "Requests waiting for a worker.",
        [](ServerCore& core) { return core.workers.queued(); });
}

Server::~Server() {
  stop();
}

Status Server::start() {
  ServerCore& core = *core_;
  MONITORA_ASSIGN(const asio::ip::address address, listening_address(core.options.address));
  raise_file_limit(core.options.max_connections + 512);
  const tcp::endpoint endpoint(address, core.options.port);
  boost::system::error_code error;
  const auto failed = [&](std::string_view step) -> Status {
    const std::string where = core.options.address + ":" + std::to_string(core.options.port);
    if (error == asio::error::address_in_use) {
      return Status(
          Code::unavailable, "port_in_use",
          {"Le port " + std::to_string(core.options.port) +
               " est déjà utilisé par un autre programme. Arrêtez-le ou choisissez un autre port.",
           "Port " + std::to_string(core.options.port) +
               " is already used by another program. Stop it or choose another port."},
          where);
    }
    return Status(Code::unavailable, "cannot_listen",
                  {"Impossible d'écouter sur " + where + " : " + error.message() + ".",
                   "Cannot listen on " + where + ": " + error.message() + "."},
                  std::string(step));
  };
  if (core.acceptor.open(endpoint.protocol(), error); error) return failed("open");
  if (core.acceptor.set_option(tcp::acceptor::reuse_address(true), error); error)
    return failed("option");
  if (core.acceptor.bind(endpoint, error); error) return failed("bind");
  if (core.acceptor.listen(4096, error); error) return failed("listen");
  asio::co_spawn(core.runtime.context(), accept_loop(core_), asio::detached);
  asio::co_spawn(core.runtime.context(), tick_loop(core_), asio::detached);
  return {};
}

std::uint16_t Server::port() const {
  boost::system::error_code ignored;
  return core_->acceptor.local_endpoint(ignored).port();
}

void Server::stop() {
  const auto on_io = [this](auto work) {
    std::promise<void> done;
    core_->runtime.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  };
  const auto each_connection = [this](void (Connection::*act)()) {
    const std::vector<Connection*> all(core_->connections.begin(), core_->connections.end());
    for (Connection* connection : all) (connection->*act)();
  };
  {
    const std::lock_guard lock(core_->mutex);
    if (std::exchange(core_->stop_begun, true)) return;
  }
  on_io([&] {
    core_->stopping = true;
    boost::system::error_code ignored;
    core_->acceptor.close(ignored);
    each_connection(&Connection::begin_stop);
  });
  const auto wait = [this](std::chrono::milliseconds time) {
    std::unique_lock lock(core_->mutex);
    return core_->emptied.wait_for(lock, time, [this] { return core_->open == 0; });
  };
  if (!wait(core_->options.stop_grace)) {
    log::warning("stopping: {} connections cut", core_->open.load());
    on_io([&] { each_connection(&Connection::abort); });
    wait(std::chrono::milliseconds(2000));
  }
  // A stream that was cut cancels its turn through the I/O thread: once this has passed, what the
  // turn has left to store is queued.
  on_io([] {});
  core_->writers.stop();
}

}  // namespace monitora::http
