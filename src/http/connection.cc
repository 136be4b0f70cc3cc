#include "http/connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stop_token>

#include "base/deadline.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "http/body_channel.h"
#include "http/request_parser.h"
#include "http/upload.h"
#include "net/forwarded.h"

namespace monitora::http {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kHeadRead = 4 * 1024;
constexpr std::size_t kBodyRead = 16 * 1024;
constexpr std::size_t kUploadStep = 256 * 1024;  // handed to a worker at once
constexpr std::size_t kJoined = 16 * 1024;  // shorter bodies go out in one piece with their head

net::IpAddress to_address(const asio::ip::address& address) {
  return address.is_v4() ? net::IpAddress::v4(address.to_v4().to_bytes())
                         : net::IpAddress::v6(address.to_v6().to_bytes());
}

bool is_loopback(const net::IpAddress& address) {
  static const std::vector<net::Cidr> kLoopback = {*net::Cidr::parse("127.0.0.0/8"),
                                                   *net::Cidr::parse("::1")};
  return net::any_contains(kLoopback, address);
}

Status body_too_large() {
  return Status(
      Code::too_large, "body_too_large",
      {"Le corps de la requête est trop volumineux.", "The body of the request is too large."});
}

Status request_timeout() {
  return Status(Code::invalid_argument, "request_timeout",
                {"La requête n'est pas arrivée à temps.", "The request did not arrive in time."});
}

Status malformed(std::string detail) {
  return Status(
      Code::invalid_argument, "malformed_request",
      {"Cette requête n'est pas du HTTP/1.1 valide.", "This request is not valid HTTP/1.1."},
      std::move(detail));
}

// The values of a header that may be repeated, as one list.
std::string joined(const Request& request, std::string_view name) {
  std::string all;
  for (const auto& [header, value] : request.headers) {
    if (header == name) all.append(all.empty() ? "" : ", ").append(value);
  }
  return all;
}

}  // namespace

struct Connection::Exchange {
  explicit Exchange(std::size_t header_limit)
      : parser(header_limit, [this](std::string_view part) { on_body(part); }) {}

  void on_body(std::string_view part) {
    body_bytes += part.size();
    if (body_bytes <= body_limit) body.append(part);
  }

  RequestParser parser;
  Request request;
  Status problem;  // found while reading: the answer, and the end of the connection
  const Route* route = nullptr;
  bool expects_continue = false;
  std::size_t body_limit = 0;
  std::size_t body_bytes = 0;  // received, decoded
  std::size_t charged = 0;     // of ServerCore::buffered
  std::string body;            // not yet taken
  std::shared_ptr<Upload> upload;
  std::stop_source stop;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

Connection::Connection(std::shared_ptr<ServerCore> core, tcp::socket socket)
    : core_(std::move(core)), socket_(std::move(socket)), waker_(core_->runtime.context()) {
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  const auto peer = socket_.remote_endpoint(ignored);
  peer_ = to_address(peer.address()).unmapped();
  core_->connections.insert(this);
  ++core_->open;
}

Connection::~Connection() = default;

void Connection::start() {
  asio::co_spawn(core_->runtime.context(), run(shared_from_this()), asio::detached);
}

Connection::Async<void> Connection::run(std::shared_ptr<Connection> self) {
  try {
    limit(core_->options.header_timeout);
    while (!core_->stopping && co_await read_head()) {
      if (!co_await answer()) break;
    }
  } catch (const std::exception& error) {
    log::error("connection: {}", error.what());
  }
  finish_exchange();
  stop_watching();
  boost::system::error_code ignored;
  socket_.close(ignored);
  core_->connections.erase(this);
  {
    const std::lock_guard lock(core_->mutex);
    --core_->open;
  }
  core_->emptied.notify_all();
}

void Connection::tick(Time now) {
  if (now >= deadline_) {
    unlimited();
    timed_out_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    wake();
  }
  if (events_) {
    // Nobody else holds the sink: nobody will ever close it.
    if (events_.use_count() == 1) events_->close();
    if (now - last_write_ >= core_->options.ping_interval) {
      last_write_ = now;
      events_->ping();
    }
  }
}

void Connection::begin_stop() {
  if (idle_) {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  if (events_) wake();
}

void Connection::abort() {
  vanished();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// ---- reading -----------------------------------------------------------------------------------

Connection::Async<bool> Connection::read_head() {
  idle_ = true;
  if (in_.empty()) {
    // An idle connection holds no buffer.
    in_ = {};
    if (!first_) limit(core_->options.idle_timeout);
    auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kNoThrow);
    if (error || core_->stopping) co_return false;
  }
  if (!first_) limit(core_->options.header_timeout);
  first_ = false;
  idle_ = false;
  exchange_ = std::make_unique<Exchange>(core_->options.header_limit);
  Exchange& x = *exchange_;
  x.request.request_id = Uuid::random().to_string();
  x.request.language = "fr";
  bool any = !in_.empty();
  for (;;) {
    if (!in_.empty()) {
      auto used = x.parser.parse(in_);
      if (!used.ok()) {
        x.problem = used.status();
        break;
      }
      in_.erase(0, *used);
      if (x.parser.head_done()) break;
    }
    if (!co_await fill(kHeadRead)) {
      if (!timed_out_ || !any) co_return false;
      x.problem = request_timeout();
      break;
    }
    any = true;
  }
  unlimited();
  co_return true;
}

Connection::Async<bool> Connection::fill(std::size_t most) {
  const std::size_t had = in_.size();
  in_.resize(had + most);
  auto [error, count] =
      co_await socket_.async_read_some(asio::buffer(in_.data() + had, most), kNoThrow);
  in_.resize(had + count);
  co_return !error;
}

Status Connection::prepare() {
  Exchange& x = *exchange_;
  Request& request = x.request;
  MONITORA_TRY(x.problem);
  request.headers = std::move(x.parser.headers);
  request.language = preferred_language(request.header("accept-language"));
  request.is_loopback = is_loopback(peer_);
  const auto& trusted = core_->options.trusted_proxies;
  request.remote_address =
      net::client_address(peer_, joined(request, "x-forwarded-for"), trusted).to_string();
  request.host = request.header("host");
  if (net::any_contains(trusted, peer_)) {
    request.is_secure = lower(trim(request.header("x-forwarded-proto"))) == "https";
    if (const auto forwarded = request.header("x-forwarded-host"); !forwarded.empty()) {
      request.host = trim(forwarded.substr(0, forwarded.find(',')));
    }
  }
  x.expects_continue = lower(request.header("expect")) == "100-continue" && !x.parser.http_1_0;
  auto target = parse_target(x.parser.target);
  if (!target) return malformed("target");
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  x.parser.target = std::move(target->raw_path);
  return {};
}

Connection::Async<bool> Connection::answer() {
  ++core_->in_flight;
  const Status status = prepare();
  Response response;
  if (status.ok()) {
    response = co_await dispatch();
  } else {
    exchange_->problem = status;
    response = core_->error(status, exchange_->request);
  }
  const bool again = co_await reply(std::move(response));
  --core_->in_flight;
  finish_exchange();
  co_return again && !core_->stopping;
}

Connection::Async<Response> Connection::dispatch() {
  Exchange& x = *exchange_;
  Request& request = x.request;
  const auto method = parse_method(x.parser.method);
  Router::Match match = core_->router.match(method.value_or(Method::options), x.parser.target);
  if (method) request.method = *method;
  if (method && match.route) {
    x.route = match.route;
    request.params = std::move(match.params);
    const Status body = co_await read_body();
    if (!body.ok()) co_return core_->error(body, request);
    co_return co_await handle(x.route->multipart);
  }
  if (method == Method::options && !match.allowed.empty()) co_return co_await preflight();
  if (match.allowed.empty()) co_return core_->error(Status::not_found(), request);
  std::string allow;
  for (const Method allowed : match.allowed) {
    allow.append(method_name(allowed)).append(allowed == Method::get ? ", HEAD, " : ", ");
  }
  co_return core_
      ->error(Status(Code::invalid_argument, "method_not_allowed",
                     {"Cette méthode n'est pas permise ici.", "This method is not allowed here."}),
              request)
      .with("Allow", allow + "OPTIONS");
}

Connection::Async<Response> Connection::preflight() {
  Request& request = exchange_->request;
  const auto wanted = parse_method(request.header("access-control-request-method"));
  Router::Match match =
      core_->router.match(wanted.value_or(Method::options), exchange_->parser.target);
  std::string allow;
  for (const Method allowed : match.allowed) {
    allow.append(method_name(allowed)).append(allowed == Method::get ? ", HEAD, " : ", ");
  }
  Response response = Response::no_content();
  if (wanted && match.route && core_->options.preflight) {
    exchange_->route = match.route;
    request.params = std::move(match.params);
    const Status admitted = co_await on_worker(
        [&] {
          const ScopedDeadline scope(
              Deadline::in(core_->options.handler_deadline, exchange_->stop.get_token()));
          response = core_->options.preflight(request, *match.route);
        },
        false);
    if (!admitted.ok()) co_return core_->error(admitted, request);
    if (has_header(response, "allow")) co_return response;
  }
  co_return std::move(response).with("Allow", allow + "OPTIONS");
}

Connection::Async<Status> Connection::read_body() {
  Exchange& x = *exchange_;
  const Route& route = *x.route;
  x.body_limit =
      route.multipart ? static_cast<std::size_t>(core_->options.max_upload) : route.body_limit;
  if (x.parser.content_length().value_or(0) > x.body_limit) co_return body_too_large();
  if (route.multipart) co_return co_await receive_upload();
  if (x.parser.done()) co_return Status();
  const std::size_t expected = x.parser.content_length().value_or(x.body_limit);
  if (core_->buffered + expected > core_->options.buffered_bodies) {
    co_return Status(Code::unavailable, "saturated",
                     {"Le serveur est très sollicité. Réessayez dans un instant.",
                      "The server is very busy. Try again in a moment."},
                     "buffered bodies")
        .with_retry_after(1);
  }
  core_->buffered += expected;
  x.charged = expected;
  if (x.expects_continue && in_.empty()) {
    if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n")) co_return Status::cancelled();
  }
  x.expects_continue = false;
  while (!x.parser.done()) {
    if (!in_.empty()) {
      const auto used = x.parser.parse(in_);
      if (!used.ok()) co_return used.status();
      in_.erase(0, *used);
      if (x.body_bytes > x.body_limit) co_return body_too_large();
      if (x.parser.done()) break;
    }
    limit(core_->options.transfer_timeout);
    if (!co_await fill(kBodyRead)) co_return timed_out_ ? request_timeout() : Status::cancelled();
    unlimited();
  }
  x.request.body = std::move(x.body);
  co_return Status();
}

// The guard first; then bytes go to disk by steps on a worker, while the next are read.
Connection::Async<Status> Connection::receive_upload() {
  Exchange& x = *exchange_;
  Status status;
  Status admitted = co_await on_worker([&] { status = run_guard(); }, false);
  if (!admitted.ok()) co_return admitted;
  if (!status.ok()) co_return status;
  const ServerOptions& options = core_->options;
  auto upload = Upload::start(x.request.header("content-type"),
                              {options.upload_directory, options.max_file_size, options.max_files});
  if (!upload.ok()) co_return upload.status();
  x.upload = *upload;
  if (x.expects_continue && in_.empty()) {
    if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n")) co_return Status::cancelled();
  }
  x.expects_continue = false;
  while (!x.parser.done()) {
    if (!in_.empty()) {
      const auto used = x.parser.parse(in_);
      if (!used.ok()) co_return used.status();
      in_.erase(0, *used);
      if (x.body_bytes > x.body_limit) co_return body_too_large();
    }
    if (!x.parser.done()) {
      limit(options.transfer_timeout);
      if (!co_await fill(kBodyRead)) co_return timed_out_ ? request_timeout() : Status::cancelled();
      unlimited();
    }
    if (x.body.size() >= kUploadStep) {
      admitted = co_await on_worker([&] { status = x.upload->feed(x.body); }, true);
      if (!admitted.ok()) co_return admitted;
      if (!status.ok()) co_return status;
      x.body.clear();
    }
  }
  admitted = co_await on_worker(
      [&] {
        status = x.upload->feed(x.body);
        if (status.ok()) status = x.upload->finish();
      },
      true);
  if (!admitted.ok()) co_return admitted;
  x.body = {};
  x.request.files = x.upload->files();
  co_return status;
}

// ---- handlers ----------------------------------------------------------------------------------

Connection::Async<Response> Connection::handle(bool guarded) {
  Exchange& x = *exchange_;
  if (x.route->runs == Runs::light) co_return run_handler(guarded);
  Response response;
  watch();
  const Status admitted = co_await on_worker([&] { response = run_handler(guarded); }, guarded);
  if (!admitted.ok()) co_return core_->error(admitted, x.request);
  co_return response;
}

Status Connection::run_guard() {
  Exchange& x = *exchange_;
  if (!core_->options.guard) return {};
  const ScopedDeadline scope(Deadline::in(core_->options.handler_deadline, x.stop.get_token()));
  try {
    return core_->options.guard(x.request, *x.route);
  } catch (const std::exception& error) {
    return Status::internal(std::string("guard: ") + error.what());
  }
}

Response Connection::run_handler(bool guarded) {
  Exchange& x = *exchange_;
  const ScopedDeadline scope(Deadline::in(core_->options.handler_deadline, x.stop.get_token()));
  try {
    if (!guarded) {
      if (Status status = run_guard(); !status.ok()) return core_->error(status, x.request);
    }
    Result<Response> result = x.route->handler(x.request);
    return result.ok() ? std::move(*result) : core_->error(result.status(), x.request);
  } catch (const std::exception& error) {
    return core_->error(Status::internal(x.route->pattern + ": " + error.what()), x.request);
  }
}

// The answer of a Response::later: what it calls back with, or an error when it is dropped or too
// late. Nothing when the client has gone.
Connection::Async<std::optional<Response>> Connection::settle(Response response) {
  struct Shared {
    std::mutex mutex;
    std::optional<Response> answer;
    bool dropped = false;
  };
  auto shared = std::make_shared<Shared>();
  {
    // Ends with the last copy of the callback.
    auto promise = std::shared_ptr<void>(nullptr, [shared, wake = waker()](void*) {
      {
        const std::lock_guard lock(shared->mutex);
        shared->dropped = true;
      }
      wake();
    });
    auto resolve = [shared, promise = std::move(promise), wake = waker()](Response answer) {
      {
        const std::lock_guard lock(shared->mutex);
        if (!shared->answer) shared->answer = std::move(answer);
      }
      wake();
    };
    const ScopedDeadline scope(
        Deadline::in(core_->options.deferred_deadline, exchange_->stop.get_token()));
    try {
      response.later(std::move(resolve));
    } catch (const std::exception& error) {
      co_return core_->error(Status::internal(std::string("deferred: ") + error.what()),
                             exchange_->request);
    }
  }
  response.later = nullptr;
  watch();
  limit(core_->options.deferred_deadline);
  for (;;) {
    {
      const std::lock_guard lock(shared->mutex);
      if (shared->answer) {
        unlimited();
        co_return std::move(*shared->answer);
      }
      if (shared->dropped) {
        unlimited();
        co_return core_->error(Status::internal("a deferred response was dropped"),
                               exchange_->request);
      }
    }
    if (gone_) co_return std::nullopt;
    if (std::exchange(timed_out_, false)) {
      exchange_->stop.request_stop();
      co_return core_->error(
          Status(Code::deadline_exceeded, "deadline_exceeded",
                 {"La réponse a pris trop de temps.", "The answer took too long."}),
          exchange_->request);
    }
    co_await sleep();
  }
}

Connection::Async<Status> Connection::on_worker(std::function<void()> work, bool next_step) {
  auto done = std::make_shared<bool>(false);  // written and read on the I/O thread
  auto job = [self = shared_from_this(), work = std::move(work), done] {
    try {
      work();
    } catch (const std::exception& error) {
      log::error("worker: {}", error.what());
    }
    self->core_->runtime.post([self, done] {
      *done = true;
      self->wake();
    });
  };
  if (next_step) {
    if (!core_->workers.post_next_step(std::move(job))) co_return Status::cancelled();
  } else {
    Status admitted = core_->workers.post(std::move(job));
    if (!admitted.ok()) co_return admitted;
  }
  while (!*done) co_await sleep();
  co_return Status();
}

Connection::Async<void> Connection::sleep() {
  waker_.expires_at(Time::max());
  co_await waker_.async_wait(kNoThrow);
}

void Connection::wake() {
  waker_.cancel();
}

std::function<void()> Connection::waker() {
  return [weak = weak_from_this(), &runtime = core_->runtime] {
    runtime.post([weak] {
      if (const auto self = weak.lock()) self->wake();
    });
  };
}

// ---- the client's going away -------------------------------------------------------------------

void Connection::watch() {
  if (watching_ || gone_) return;
  watching_ = std::make_shared<asio::cancellation_signal>();
  socket_.async_wait(
      tcp::socket::wait_read,
      asio::bind_cancellation_slot(
          watching_->slot(),
          [self = shared_from_this(), signal = watching_](const boost::system::error_code& error) {
            if (self->watching_ != signal) return;
            self->watching_ = nullptr;
            if (error) return;
            char byte = 0;
            const auto peeked =
                ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
            // Bytes are the next request's: they stay, and hide whatever comes behind them.
            if (peeked > 0) return;
            if (peeked < 0 && (errno == EAGAIN || errno == EINTR)) return self->watch();
            self->vanished();
          }));
}

void Connection::stop_watching() {
  if (const auto signal = std::exchange(watching_, nullptr))
    signal->emit(asio::cancellation_type::all);
}

void Connection::vanished() {
  gone_ = true;
  if (exchange_) exchange_->stop.request_stop();
  if (events_) events_->finish(true);
  wake();
}

// ---- writing -----------------------------------------------------------------------------------

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

void Connection::finish_exchange() {
  if (!exchange_) return;
  core_->buffered -= exchange_->charged;
  // Files are removed by a worker: an unlink may wait for the disk.
  if (auto upload = std::move(exchange_->upload)) {
    exchange_->upload = nullptr;
    core_->workers.post_next_step([upload = std::move(upload)]() mutable { upload = nullptr; });
  }
  exchange_ = nullptr;
}

}  // namespace monitora::http
