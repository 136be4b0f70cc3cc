// From a request's headers to a response: target, route, guard, body, handler.
#include <boost/asio/ip/tcp.hpp>

#include "base/deadline.h"
#include "base/log.h"
#include "base/text.h"
#include "http/connection_exchange.h"
#include "net/forwarded.h"

namespace monitora::http {
namespace {

constexpr std::size_t kBodyRead = 16 * 1024;
constexpr std::size_t kUploadStep = 256 * 1024;  // handed to a worker at once

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

}  // namespace monitora::http
