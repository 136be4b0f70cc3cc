// From a response to bytes: whole bodies, event streams, bodies by parts.
#include <fmt/format.h>

#include <array>

#include "base/deadline.h"
#include "base/log.h"
#include "http/body_channel.h"
#include "http/connection_exchange.h"

namespace monitora::http {
namespace {

constexpr std::size_t kJoined = 16 * 1024;  // shorter bodies go out in one piece with their head

}  // namespace

Connection::Async<bool> Connection::reply(Response response) {
  Exchange& x = *exchange_;
  while (response.later) {
    auto settled = co_await settle(std::move(response));
    if (!settled) co_return false;
    response = std::move(*settled);
  }
  stop_watching();
  if (core_->options.after) {
    try {
      core_->options.after(x.request, x.route, response);
    } catch (const std::exception& error) {
      log::error("request {}: after: {}", x.request.request_id, error.what());
    }
  }
  if (response.socket) co_return co_await talk(std::move(response));
  const bool head_only = x.request.method == Method::head;
  // What is left of a body that nobody read cannot be told from a next request.
  const bool read_all = x.problem.ok() && x.parser.done();
  const bool keep_alive = read_all && !gone_ && !core_->stopping && x.parser.keep_alive();
  if (response.events && !head_only)
    co_return co_await send_events(std::move(response), keep_alive);
  if (response.writer && !head_only) co_return co_await send_parts(std::move(response), keep_alive);
  const bool bodiless = response.status == 204 || response.status == 304;
  const bool unknown = (response.events || response.writer) && head_only;
  const std::string head =
      response_head(response, bodiless || unknown ? Framing::none : Framing::length,
                    response.body.size(), x.request.request_id, keep_alive);
  const bool written =
      co_await write(head, bodiless || head_only ? std::string_view() : response.body);
  log_request(response.status);
  // Who waits for a 100 has sent nothing more.
  if (written && !read_all && !x.expects_continue) co_await linger();
  co_return written&& keep_alive;
}

Connection::Async<bool> Connection::send_events(Response response, bool keep_alive) {
  const Framing framing = exchange_->parser.http_1_0 ? Framing::until_close : Framing::chunked;
  if (framing == Framing::until_close) keep_alive = false;
  if (!has_header(response, "content-type"))
    response.headers.emplace_back("Content-Type", "text/event-stream");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  log_request(response.status);
  if (!co_await write(
          response_head(response, framing, 0, exchange_->request.request_id, keep_alive))) {
    gone_ = true;
  }
  // The only reference of ours: tick() sees when the producer's last one is gone.
  events_ = std::make_shared<EventChannel>(core_->options.event_queue, waker());
  try {
    std::exchange(response.events, nullptr)(events_);
  } catch (const std::exception& error) {
    log::error("request {}: events: {}", exchange_->request.request_id, error.what());
    events_->close();
  }
  // A stream may last for hours: it keeps no buffer and nothing of its request.
  response = {};
  finish_exchange();
  in_.shrink_to_fit();
  --core_->in_flight;
  ++core_->streams;
  watch();
  std::string out;
  bool complete = false;
  while (!gone_ && !core_->stopping) {
    const EventChannel::State state = events_->take(out);
    if (state == EventChannel::State::overflowed) break;
    if (!out.empty()) {
      if (!co_await write_chunk(out, framing)) break;
      if (out.capacity() > kJoined) out = {};
    } else if (state == EventChannel::State::closed) {
      complete = true;
      break;
    } else {
      co_await sleep();
    }
  }
  stop_watching();
  events_->finish(!complete);
  events_ = nullptr;
  --core_->streams;
  ++core_->in_flight;
  if (complete && framing == Framing::chunked) complete = co_await write("0\r\n\r\n");
  co_return complete&& keep_alive;
}

Connection::Async<bool> Connection::send_parts(Response response, bool keep_alive) {
  const bool sized = has_header(response, "content-length");
  const bool old = exchange_->parser.http_1_0;
  const Framing framing = sized ? Framing::none : old ? Framing::until_close : Framing::chunked;
  if (framing == Framing::until_close) keep_alive = false;
  const auto channel = std::make_shared<BodyChannel>(waker());
  const Status admitted =
      core_->writers.post([channel, writer = std::exchange(response.writer, nullptr),
                           stop = exchange_->stop.get_token()] {
        const ScopedDeadline scope(Deadline::in(std::chrono::hours(1), stop));
        Status status;
        try {
          status = writer(*channel);
        } catch (const std::exception& error) {
          status = Status::internal(std::string("body writer: ") + error.what());
        }
        channel->end(status);
      });
  if (!admitted.ok()) co_return co_await reply(core_->error(admitted, exchange_->request));
  watch();
  bool head_sent = false;
  std::string out;
  for (;;) {
    if (gone_) channel->abandon();
    const BodyChannel::State state = channel->take(out);
    if (state == BodyChannel::State::failed) {
      const Status status = channel->status();
      if (!head_sent && !gone_) co_return co_await reply(core_->error(status, exchange_->request));
      // Cut short, so that the client sees that it has not everything.
      log::warning("request {}: body ended early: {}", exchange_->request.request_id,
                   status.to_string());
      co_return false;
    }
    if (state == BodyChannel::State::waiting) {
      co_await sleep();
      continue;
    }
    if (!gone_ && !std::exchange(head_sent, true)) {
      co_await write(
          response_head(response, framing, 0, exchange_->request.request_id, keep_alive));
    }
    if (!gone_ && !out.empty()) co_await write_chunk(out, framing);
    if (state == BodyChannel::State::ended) break;
  }
  stop_watching();
  if (!gone_ && framing == Framing::chunked) co_await write("0\r\n\r\n");
  log_request(response.status);
  co_return !gone_ && keep_alive;
}

Connection::Async<bool> Connection::write_chunk(std::string_view data, Framing framing) {
  if (framing != Framing::chunked) co_return co_await write(data);
  co_return co_await write(fmt::format("{:x}\r\n{}\r\n", data.size(), data));
}

Connection::Async<bool> Connection::write(std::string_view head, std::string_view body) {
  std::string both;
  if (!body.empty() && body.size() <= kJoined) {
    both.reserve(head.size() + body.size());
    both.append(head).append(body);
    head = both;
    body = {};
  }
  while (!head.empty() || !body.empty()) {
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(head), asio::buffer(body)};
    limit(core_->options.transfer_timeout);
    auto [error, count] = co_await socket_.async_write_some(parts, kNoThrow);
    unlimited();
    if (error) {
      vanished();
      co_return false;
    }
    last_write_ = std::chrono::steady_clock::now();
    const std::size_t of_head = std::min(count, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(count - of_head);
  }
  co_return true;
}

void Connection::log_request(int status) {
  const Exchange& x = *exchange_;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - x.started;
  const std::string_view method = x.parser.head_done() ? method_name(x.request.method) : "";
  core_->metrics.count_request(method, x.route ? x.route->pattern : "", status, took.count());
  log::debug("{} {} {} {} {:.1f} ms", x.request.request_id, method, x.request.path, status,
             took.count() * 1000);
}

// Before closing with bytes unread, which would reset the connection and lose the answer on its

// way.
Connection::Async<void> Connection::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  constexpr std::size_t kMost = 64 << 20;
  limit(std::chrono::seconds(2));
  for (std::size_t total = 0; total < kMost && !timed_out_;) {
    auto [error, count] =
        co_await socket_.async_read_some(asio::buffer(core_->discarded), kNoThrow);
    if (error) break;
    total += count;
  }
  unlimited();
}

}  // namespace monitora::http
