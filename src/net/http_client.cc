#include "net/http_client.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <optional>

#include "base/deadline.h"
#include "base/log.h"
#include "base/text.h"
#include "net/response_parser.h"
#include "net/runtime.h"
#include "net/worker_pool.h"

namespace monitora::net {
namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::string_view_literals;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMostAddresses = 3;  // of one host, tried one after another
constexpr std::size_t kMostKept = 8;       // idle connections a server
constexpr std::chrono::seconds kKept{20};  // shorter than servers keep theirs
constexpr std::size_t kReadSize = 16 * 1024;

struct Place {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string authority;  // of the Host header
  std::string target;
  std::string key() const { return fmt::format("{}{}:{}", tls ? "s " : "p ", host, port); }
};

Result<Place> parse_url(const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
  const auto invalid = [&] {
    return Status(Code::invalid_argument, "invalid_url",
                  {"L'adresse « " + text + " » n'est pas une adresse http ou https valide.",
                   "\"" + text + "\" is not a valid http or https address."});
  };
  if (!parsed) return invalid();
  const boost::urls::url_view url = *parsed;
  const std::string scheme = lower(std::string_view(url.scheme().data(), url.scheme().size()));
  Place place;
  place.tls = scheme == "https";
  if ((!place.tls && scheme != "http") || url.has_userinfo()) return invalid();
  place.host = url.host_type() == boost::urls::host_type::ipv6 ? url.host_address() : url.host();
  if (place.host.empty()) return invalid();
  place.port = place.tls ? 443 : 80;
  if (const auto port = url.port(); !port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
    if (error != std::errc() || place.port == 0) return invalid();
  }
  const auto authority = url.encoded_host_and_port();
  place.authority.assign(authority.data(), authority.size());
  const auto target = url.encoded_target();
  place.target.assign(target.data(), target.size());
  if (!place.target.starts_with('/')) place.target.insert(0, "/");
  return place;
}

Status failed(std::string_view key, std::string detail) {
  return Status(Code::upstream_failed, key,
                {"Le service distant ne répond pas correctement.",
                 "The remote service does not answer properly."},
                std::move(detail));
}

tcp::endpoint endpoint_of(const IpAddress& address, std::uint16_t port) {
  if (!address.is_v4()) return {asio::ip::address_v6(address.bytes()), port};
  asio::ip::address_v4::bytes_type bytes;
  std::copy_n(address.bytes().begin(), bytes.size(), bytes.begin());
  return {asio::ip::address_v4(bytes), port};
}

// A connection, with or without TLS.
struct Link {
  explicit Link(asio::io_context& context) : socket(context) {}

  asio::awaitable<std::tuple<boost::system::error_code, std::size_t>> read(
      asio::mutable_buffer buffer) {
    if (tls) co_return co_await tls->async_read_some(buffer, kNoThrow);
    co_return co_await socket.async_read_some(buffer, kNoThrow);
  }
  asio::awaitable<std::tuple<boost::system::error_code, std::size_t>> write(
      asio::const_buffer buffer) {
    if (tls) co_return co_await tls->async_write_some(buffer, kNoThrow);
    co_return co_await socket.async_write_some(buffer, kNoThrow);
  }
  // Nothing has arrived, no end either: the server still holds its side.
  bool usable() {
    char byte = 0;
    const auto peeked = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  tcp::socket socket;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::chrono::steady_clock::time_point kept_since;
};

}  // namespace

Result<std::string> host_of_url(const std::string& url) {
  MONITORA_ASSIGN(Place place, parse_url(url));
  return std::move(place.host);
}

std::string_view find_header(const HttpHeaders& headers, std::string_view lower_case_name) {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

struct HttpClient::Core {
  Core(Runtime& io, AddressGuard addresses)
      : runtime(io),
        guard(std::move(addresses)),
        tls(asio::ssl::context::tls_client),
        resolvers("resolver", 2, 256) {
    tls.set_default_verify_paths();
    tls.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  }

  std::unique_ptr<Link> take_kept(const std::string& key) {
    auto& links = kept[key];
    const auto oldest = std::chrono::steady_clock::now() - kKept;
    std::erase_if(links, [&](const auto& link) { return link->kept_since < oldest; });
    while (!links.empty()) {
      auto link = std::move(links.back());
      links.pop_back();
      if (link->usable()) return link;
    }
    return nullptr;
  }
  void keep(const std::string& key, std::unique_ptr<Link> link) {
    auto& links = kept[key];
    if (links.size() >= kMostKept || closed) return;
    link->kept_since = std::chrono::steady_clock::now();
    links.push_back(std::move(link));
  }

  Runtime& runtime;
  const AddressGuard guard;
  asio::ssl::context tls;
  WorkerPool resolvers;
  // On the I/O thread only:
  std::map<std::string, std::vector<std::unique_ptr<Link>>> kept;
  std::list<std::weak_ptr<Call>> calls;
  bool closed = false;
};

class HttpClient::Call : public std::enable_shared_from_this<Call> {
 public:
  Call(std::shared_ptr<Core> core, HttpRequest request, HttpEvents events)
      : core_(std::move(core)),
        request_(std::move(request)),
        events_(std::move(events)),
        timer_(core_->runtime.context()),
        waker_(core_->runtime.context()) {}

  void start() {
    std::erase_if(core_->calls, [](const auto& call) { return call.expired(); });
    core_->calls.push_back(weak_from_this());
    if (core_->closed) cut(Status::cancelled());
    asio::co_spawn(core_->runtime.context(), run(shared_from_this()), asio::detached);
  }
  // Ends the call with `why`, at once. On the I/O thread.
  void cut(const Status& why) {
    if (ended_ || !cut_.ok()) return;
    cut_ = why;
    if (link_) link_->close();
    timer_.cancel();
    waker_.cancel();
  }

 private:
  template <class T>
  using Async = asio::awaitable<T>;

  Async<void> run(std::shared_ptr<Call> self) {
    if (request_.total_timeout.count() > 0)
      ends_at_ = std::chrono::steady_clock::now() + request_.total_timeout;
    Status status = cut_;
    try {
      if (status.ok()) status = co_await exchange();
    } catch (const std::exception& error) {
      status = Status::internal(std::string("http client: ") + error.what());
    }
    if (!cut_.ok()) status = cut_;
    ended_ = true;
    timer_.cancel();
    if (link_) link_->close();
    link_ = nullptr;
    if (events_.on_end) events_.on_end(status);
    events_ = {};
  }

  Async<Status> exchange() {
    auto parsed = parse_url(request_.url);
    if (!parsed.ok()) co_return parsed.status();
    const Place place = std::move(*parsed);
    const auto bytes = serialize(place);
    if (!bytes.ok()) co_return bytes.status();
    link_ = core_->take_kept(place.key());
    if (link_) {
      const Status status = co_await talk(place, *bytes);
      // The server closed a kept connection as we wrote: it has seen nothing of the request.
      if (status.key() != "connection_lost" || answered_ || !cut_.ok()) co_return status;
      link_->close();
      link_ = nullptr;
    }
    Status status = co_await open(place);
    if (status.ok()) status = co_await talk(place, *bytes);
    co_return status;
  }

  Result<std::string> serialize(const Place& place) const {
    const auto clean = [](std::string_view text) {
      return text.find_first_of("\r\n\0"sv) == std::string_view::npos;
    };
    std::string out = fmt::format(
        "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: monitora\r\nConnection: keep-alive\r\n",
        request_.method, place.target, place.authority);
    for (const auto& [name, value] : request_.headers) {
      if (!clean(name) || !clean(value)) return Status::internal("a header with a line end");
      out.append(name).append(": ").append(value).append("\r\n");
    }
    if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT") {
      out.append(fmt::format("Content-Length: {}\r\n", request_.body.size()));
    }
    return out.append("\r\n").append(request_.body);
  }

  // Resolves, checks, connects, and shakes hands: link_.
  Async<Status> open(const Place& place) {
    alarm(request_.connect_timeout, "resolving");
    const auto addresses = co_await resolve(place.host);
    if (!addresses.ok()) co_return addresses.status();
    boost::system::error_code error = asio::error::host_unreachable;
    for (std::size_t i = 0; i < std::min(addresses->size(), kMostAddresses) && cut_.ok(); ++i) {
      link_ = std::make_unique<Link>(core_->runtime.context());
      // Only the last address ends the call when it takes too long.
      const bool last = i + 1 == std::min(addresses->size(), kMostAddresses);
      alarm(request_.connect_timeout, "connecting", last);
      std::tie(error) =
          co_await link_->socket.async_connect(endpoint_of((*addresses)[i], place.port), kNoThrow);
      if (!error) break;
    }
    if (!cut_.ok()) co_return cut_;
    if (error) {
      co_return Status(
          Code::upstream_failed, "connect_failed",
          {"Connexion impossible à " + place.host + ".", "Cannot connect to " + place.host + "."},
          error.message());
    }
    link_->socket.set_option(tcp::no_delay(true), error);
    if (!place.tls) co_return Status();
    alarm(request_.connect_timeout, "TLS");
    auto& stream = link_->tls.emplace(link_->socket, core_->tls);
    stream.set_verify_callback(asio::ssl::host_name_verification(place.host), error);
    if (!IpAddress::parse(place.host))
      SSL_set_tlsext_host_name(stream.native_handle(), place.host.c_str());
    std::tie(error) = co_await stream.async_handshake(asio::ssl::stream_base::client, kNoThrow);
    if (!error) co_return Status();
    co_return Status(
        Code::upstream_failed, "tls_failed",
        {"La connexion sécurisée à " + place.host + " a échoué : son certificat n'est pas accepté.",
         "The secure connection to " + place.host + " failed: its certificate is not accepted."},
        error.message());
  }

  // getaddrinfo blocks, and cannot be interrupted: it runs elsewhere and is left behind when time
  // is up.
  Async<Result<std::vector<IpAddress>>> resolve(const std::string& host) {
    auto answer = std::make_shared<std::optional<Result<std::vector<IpAddress>>>>();
    const Status admitted = core_->resolvers.post(
        [guard = core_->guard, host, answer, weak = weak_from_this(), &io = core_->runtime] {
          io.post([weak, answer, result = guard.resolve(host)] {
            *answer = result;
            if (const auto self = weak.lock()) self->waker_.cancel();
          });
        });
    if (!admitted.ok()) co_return admitted;
    while (!*answer && cut_.ok()) {
      waker_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await waker_.async_wait(kNoThrow);
    }
    if (!cut_.ok()) co_return cut_;
    co_return std::move(**answer);
  }

  Async<Status> talk(const Place& place, std::string_view bytes) {
    while (!bytes.empty()) {
      alarm(request_.first_byte_timeout, "sending");
      const auto [error, count] = co_await link_->write(asio::buffer(bytes));
      if (error) co_return failed("connection_lost", error.message());
      bytes.remove_prefix(count);
    }
    std::size_t received = 0;
    ResponseParser parser(request_.method == "HEAD", [&](std::string_view part) {
      received += part.size();
      if (received <= request_.max_response && cut_.ok() && events_.on_body) events_.on_body(part);
    });
    std::string in;
    bool told = false;
    alarm(request_.first_byte_timeout, "waiting for the response");
    while (!parser.done()) {
      const std::size_t had = in.size();
      in.resize(had + kReadSize);
      const auto [error, count] = co_await link_->read(asio::buffer(in.data() + had, kReadSize));
      in.resize(had + count);
      answered_ = answered_ || count > 0;
      if (error && error != asio::error::eof) co_return failed("connection_lost", error.message());
      for (bool again = !error; again && !in.empty() && !parser.done();) {
        const auto used = parser.parse(in);
        if (!used.ok()) co_return used.status();
        in.erase(0, *used);
        if (!cut_.ok()) co_return cut_;  // by a callback
        again = *used > 0;
        if (parser.head_done() && !told) {
          told = true;
          if (events_.on_head) events_.on_head(parser.status, parser.headers);
          again = true;
        }
      }
      if (received > request_.max_response) co_return failed("response_too_large", place.host);
      if (error) {
        const Status end = parser.end_of_file();
        if (!end.ok()) co_return end;
        co_return Status();
      }
      if (told || answered_) alarm(request_.idle_timeout, "between bytes");
    }
    if (parser.keep_alive() && in.empty()) core_->keep(place.key(), std::move(link_));
    co_return Status();
  }

  // Ends the call, or (`ends_call` false) only the connection being tried, after `time`; replaces
  // the alarm before.
  void alarm(std::chrono::milliseconds time, const char* step, bool ends_call = true) {
    const auto now = std::chrono::steady_clock::now();
    auto at = now + time;
    if (ends_at_ && *ends_at_ < at) {
      at = *ends_at_;
      ends_call = true;
    }
    timer_.expires_at(at);
    timer_.async_wait(
        [weak = weak_from_this(), number = ++alarm_, step, ends_call](const auto& error) {
          const auto self = weak.lock();
          if (error || !self || number != self->alarm_) return;
          if (!ends_call && self->link_) return self->link_->close();
          self->cut(Status(Code::upstream_failed, "upstream_timeout",
                           {"Le service distant n'a pas répondu à temps.",
                            "The remote service did not answer in time."},
                           step));
        });
  }

  std::shared_ptr<Core> core_;
  HttpRequest request_;
  HttpEvents events_;
  asio::steady_timer timer_;
  asio::steady_timer waker_;
  std::optional<std::chrono::steady_clock::time_point> ends_at_;
  std::unique_ptr<Link> link_;
  unsigned alarm_ = 0;
  bool answered_ = false;  // a byte of the response has come
  bool ended_ = false;
  Status cut_;
};

class HttpClient::Handle final : public HttpCall {
 public:
  explicit Handle(std::shared_ptr<Call> call, Runtime& runtime)
      : call_(std::move(call)), runtime_(runtime) {}
  ~Handle() override { cancel(); }
  void cancel() override {
    runtime_.post([weak = call_] {
      if (const auto call = weak.lock()) call->cut(Status::cancelled());
    });
  }

 private:
  const std::weak_ptr<Call> call_;
  Runtime& runtime_;
};

HttpClient::HttpClient(Runtime& runtime, AddressGuard guard)
    : core_(std::make_shared<Core>(runtime, std::move(guard))) {}

HttpClient::~HttpClient() {
  core_->resolvers.stop();
  core_->runtime.post([core = core_] {
    core->closed = true;
    core->kept.clear();
    for (const auto& weak : core->calls) {
      if (const auto call = weak.lock()) call->cut(Status::cancelled());
    }
  });
}

std::unique_ptr<HttpCall> HttpClient::start(HttpRequest request, HttpEvents events) {
  const auto call = std::make_shared<Call>(core_, std::move(request), std::move(events));
  auto handle = std::make_unique<Handle>(call, core_->runtime);
  core_->runtime.post([call] { call->start(); });
  return handle;
}

Result<HttpResponse> HttpClient::fetch(HttpRequest request) {
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    HttpResponse response;
    std::optional<Status> ended;
  };
  const auto waiting = std::make_shared<Waiting>();
  HttpEvents events;
  events.on_head = [waiting](int status, const HttpHeaders& headers) {
    waiting->response.status = status;
    waiting->response.headers = headers;
  };
  events.on_body = [waiting](std::string_view part) { waiting->response.body.append(part); };
  events.on_end = [waiting](const Status& status) {
    const std::lock_guard lock(waiting->mutex);
    waiting->ended = status;
    waiting->changed.notify_all();
  };
  const Deadline deadline = Deadline::current();
  const auto call = start(std::move(request), std::move(events));
  const std::stop_callback on_stop(deadline.stop(), [&call] { call->cancel(); });
  std::unique_lock lock(waiting->mutex);
  const auto ended = [&] { return waiting->ended.has_value(); };
  if (deadline.at() == std::chrono::steady_clock::time_point::max()) {
    waiting->changed.wait(lock, ended);
  } else if (!waiting->changed.wait_until(lock, deadline.at(), ended)) {
    call->cancel();
    return Status(Code::deadline_exceeded, "deadline_exceeded",
                  {"La réponse a pris trop de temps.", "The answer took too long."},
                  "waiting for a remote service");
  }
  if (!waiting->ended->ok()) return *waiting->ended;
  return std::move(waiting->response);
}

}  // namespace monitora::net
