// One client's connection. Lives on the I/O thread. Inside the http room only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "http/event_channel.h"
#include "http/server_core.h"
#include "http/wire.h"

namespace monitora::http {

class SocketChannel;
class Upload;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Time = std::chrono::steady_clock::time_point;
  template <class T>
  using Async = boost::asio::awaitable<T>;

  Connection(std::shared_ptr<ServerCore> core, boost::asio::ip::tcp::socket socket);
  ~Connection();

  void start();
  void tick(Time now);  // deadlines and pings
  void begin_stop();    // ends now if idle or streaming, otherwise after the response
  void abort();

 private:
  struct Exchange;  // one request and its answer

  Async<void> run(std::shared_ptr<Connection> self);
  Async<bool> read_head();
  Async<bool> answer();

  // From headers to a response.
  Status prepare();
  Async<Response> dispatch();
  Async<Response> preflight();
  Async<Status> read_body();
  Async<Status> receive_upload();
  Async<Response> handle(bool guarded);
  Response run_handler(bool guarded);
  Status run_guard();
  Async<std::optional<Response>> settle(Response response);  // a deferred one

  // From a response to bytes.
  Async<bool> reply(Response response);
  Async<bool> send_events(Response response, bool keep_alive);
  Async<bool> send_parts(Response response, bool keep_alive);
  struct Socket;  // a WebSocket
  Async<bool> talk(Response response);
  Async<void> listen(std::shared_ptr<Connection> self, std::shared_ptr<Socket> socket);
  Async<bool> write(std::string_view head, std::string_view body = {});
  Async<bool> write_chunk(std::string_view data, Framing framing);
  Async<void> linger();

  // Reading, waiting, watching.
  Async<bool> fill(std::size_t most);
  Async<Status> on_worker(std::function<void()> work, bool next_step);
  Async<void> sleep();  // until wake()
  void wake();
  std::function<void()> waker();  // wake() for any thread
  void limit(std::chrono::milliseconds time) {
    deadline_ = std::chrono::steady_clock::now() + time;
  }
  void unlimited() { deadline_ = Time::max(); }
  void limit_farewell(Time now);
  void watch();  // for the client's going away while nothing is read
  void stop_watching();
  void vanished();
  void finish_exchange();
  void log_request(int status);

  std::shared_ptr<ServerCore> core_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer waker_;
  Time deadline_ = Time::max();
  Time farewell_ = Time::max();  // of a WebSocket that says goodbye
  bool timed_out_ = false;
  bool idle_ = true;   // between requests
  bool gone_ = false;  // the client
  bool first_ = true;  // no request yet
  net::IpAddress peer_;
  std::string in_;  // read, not yet parsed
  std::unique_ptr<Exchange> exchange_;
  std::shared_ptr<EventChannel> events_;
  std::shared_ptr<SocketChannel> messages_;
  std::weak_ptr<Socket> talking_;  // while it is a WebSocket
  Time last_write_{};
  std::shared_ptr<boost::asio::cancellation_signal> watching_;
};

}  // namespace monitora::http
