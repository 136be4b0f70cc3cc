// A connection that becomes a WebSocket (RFC 6455). The only file that knows Beast's: it is slow to
// compile.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/log.h"
#include "http/connection_exchange.h"
#include "http/socket_channel.h"

namespace monitora::http {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using UpgradeRequest = beast::http::request<beast::http::empty_body>;

constexpr std::size_t kSmallBuffer = 4 * 1024;
constexpr std::chrono::seconds kFarewell{5};

// What Beast looks at of a request that is parsed already.
UpgradeRequest upgrade_request(const Request& request, unsigned version) {
  UpgradeRequest upgrade{beast::http::verb::get, "/", version};
  for (const auto& [name, value] : request.headers)
    if (name == "host" || name == "upgrade" || name == "connection" ||
        name.starts_with("sec-websocket-"))
      upgrade.insert(name, value);
  return upgrade;
}

Status no_upgrade() {
  return Status(
      Code::invalid_argument, "malformed_upgrade",
      {"Cette demande de WebSocket est mal formée.", "This request for a WebSocket is malformed."});
}

}  // namespace

struct Connection::Socket {
  explicit Socket(tcp::socket& socket) : stream(socket) {}

  websocket::stream<tcp::socket&, false>
      stream;  // false: no compression, whose windows cost memory
  WebSocketEvents events;
  bool reading = true;
};

Connection::Async<bool> Connection::talk(Response response) {
  const UpgradeRequest upgrade =
      upgrade_request(exchange_->request, exchange_->parser.http_1_0 ? 10 : 11);
  // A client waits for the answer before it sends more.
  if (!websocket::is_upgrade(upgrade) ||
      upgrade.count(beast::http::field::sec_websocket_key) != 1 || !in_.empty() ||
      !exchange_->parser.done())
    co_return co_await reply(core_->error(no_upgrade(), exchange_->request));

  const auto socket = std::make_shared<Socket>(socket_);
  // Its own pings would be a second clock: who uses the socket pings, and limits silence.
  socket->stream.set_option(
      websocket::stream_base::timeout{kFarewell, websocket::stream_base::none(), false});
  socket->stream.read_message_max(core_->options.socket_message);
  socket->stream.auto_fragment(false);
  socket->stream.text(true);
  limit(core_->options.transfer_timeout);
  auto [refused] = co_await socket->stream.async_accept(upgrade, kNoThrow);
  unlimited();
  log_request(refused ? 400 : 101);
  if (refused) co_return false;

  messages_ = std::make_shared<SocketChannel>(core_->options.event_queue, waker());
  socket->events = std::exchange(response.socket, nullptr)(messages_);
  response = {};
  talking_ = socket;
  finish_exchange();
  in_.shrink_to_fit();
  --core_->in_flight;
  ++core_->streams;
  asio::co_spawn(core_->runtime.context(), listen(shared_from_this(), socket), asio::detached);

  SocketChannel::Text next;
  SocketChannel::State state = SocketChannel::State::open;
  while (socket->reading && !gone_ && !core_->stopping) {
    state = messages_->take(next);
    if (next) {
      limit(core_->options.transfer_timeout);
      auto [error, count] = co_await socket->stream.async_write(asio::buffer(*next), kNoThrow);
      unlimited();
      if (error) break;
    } else if (state == SocketChannel::State::open) {
      co_await sleep();
    } else {
      break;
    }
  }
  messages_->finish();
  if (socket->reading && !gone_ && state != SocketChannel::State::overflowed) {
    limit(kFarewell);
    co_await socket->stream.async_close(
        core_->stopping ? websocket::close_code::going_away : websocket::close_code::normal,
        kNoThrow);
    unlimited();
  }
  boost::system::error_code ignored;
  socket_.close(ignored);
  while (socket->reading) co_await sleep();
  messages_ = nullptr;
  --core_->streams;
  ++core_->in_flight;
  socket->events.on_end();
  co_return false;
}

// After a close frame, its own or the client's, Beast waits for the client to hang up, however long
// that takes; cancelling does not end its wait.
void Connection::limit_farewell(Time now) {
  const auto socket = talking_.lock();
  if (!socket || socket->stream.is_open()) return;
  if (farewell_ == Time::max())
    farewell_ =
        now + std::min<std::chrono::milliseconds>(kFarewell, core_->options.transfer_timeout);
  if (now < farewell_) return;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// Reads until there is nothing more to read, whoever ended it.
Connection::Async<void> Connection::listen(std::shared_ptr<Connection> self,
                                           std::shared_ptr<Socket> socket) {
  try {
    beast::flat_buffer buffer;
    for (;;) {
      auto [error, count] = co_await socket->stream.async_read(buffer, kNoThrow);
      if (error) break;
      const auto data = buffer.cdata();
      socket->events.on_message({static_cast<const char*>(data.data()), data.size()});
      buffer.clear();
      if (buffer.capacity() > kSmallBuffer) buffer.shrink_to_fit();
    }
  } catch (const std::exception& error) {
    log::error("websocket: {}", error.what());
  }
  socket->reading = false;
  self->wake();
}

}  // namespace monitora::http
