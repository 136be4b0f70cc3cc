#include "sql/postgres/link.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <optional>

#include "sql/errors.h"
#include "sql/postgres/errors.h"

namespace monitora::sql {
namespace {

using Clock = Deadline::SteadyClock;

constexpr std::chrono::seconds kMostToConnect{10};
constexpr int kServerThatLooksForItsClient = 140000;

int milliseconds_until(Clock::time_point until) {
  if (until == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

}  // namespace

Result<std::unique_ptr<Link>> Link::open(const std::string& uri, const std::string& password) {
  // What stands before dbname gives way to what the URI says; what stands after does not. A peer
  // that acknowledges nothing for five seconds is given up, at connecting too: the next host gets
  // its turn.
  std::array<const char*, 10> names{"fallback_application_name",
                                    "keepalives_idle",
                                    "keepalives_interval",
                                    "keepalives_count",
                                    "tcp_user_timeout",
                                    "dbname",
                                    "client_encoding",
                                    password.empty() ? nullptr : "password",
                                    nullptr};
  std::array<const char*, 10> values{
      "monitora", "30", "10", "3", "5000", uri.c_str(), "UTF8", password.c_str(), nullptr};
  std::unique_ptr<Link> link(new Link(PQconnectStartParams(names.data(), values.data(), 1)));
  if (link->connection_ == nullptr) return database_unavailable("libpq: out of memory");
  link->wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (link->wake_ < 0) return database_unavailable("eventfd: no descriptor left");
  // The caller's deadline, or ours where that is sooner.
  const Deadline wanted = Deadline::current();
  const bool ours = wanted.at() - Clock::now() > kMostToConnect;
  const ScopedDeadline bounded(ours ? Deadline::in(kMostToConnect, wanted.stop()) : wanted);
  Status status = link->connect();
  if (status.ok()) status = link->set_up();
  if (ours && status.code() == Code::deadline_exceeded)
    return database_unavailable("connecting took too long");
  MONITORA_TRY(status);
  return link;
}

Link::~Link() {
  PQfinish(connection_);
  if (wake_ >= 0) ::close(wake_);
}

Status Link::connect() {
  PQsetErrorVerbosity(connection_, PQERRORS_VERBOSE);  // with the SQLSTATE
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  PostgresPollingStatusType step =
      PQstatus(connection_) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (step != PGRES_POLLING_OK) {
    if (step == PGRES_POLLING_FAILED) return lost("connecting");
    if (!wait(step == PGRES_POLLING_READING, step == PGRES_POLLING_WRITING))
      return lost("connecting");
    step = PQconnectPoll(connection_);
  }
  return PQsetnonblocking(connection_, 1) == 0 ? Status() : lost("connecting");
}

Status Link::set_up() {
  std::string settings = "SET standard_conforming_strings = on; SET timezone = 'UTC'";
  if (PQserverVersion(connection_) >= kServerThatLooksForItsClient)
    settings += "; SET client_connection_check_interval = '2s'";
  if (PQsendQuery(connection_, settings.c_str()) != 1) return lost("setting up");
  for (;;) {
    MONITORA_ASSIGN(const ResultPtr result, next());
    if (!result) break;
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
      return result_status(result.get(), settings);
  }
  return PQenterPipelineMode(connection_) == 1 ? Status() : lost("setting up");
}

bool Link::wait(bool read, bool write) {
  const Clock::time_point until = Deadline::current().at();
  // A server that sends without end is always ready.
  if (Clock::now() >= until) return false;
  // What OpenSSL has read and libpq has not taken yet comes on no socket.
  auto* tls = static_cast<SSL*>(PQsslStruct(connection_, "OpenSSL"));
  if (read && tls != nullptr && SSL_pending(tls) > 0) return !Deadline::current().expired();
  const std::stop_token& stop = Deadline::current().stop();
  std::uint64_t count = 0;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  if (stop.stop_possible()) {
    while (::read(wake_, &count, sizeof count) > 0) {
    }
    on_stop.emplace(stop, [this] {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
    });
  }
  std::array<pollfd, 2> watched{
      {{PQsocket(connection_), static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0)), 0},
       {wake_, POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(watched.data(), on_stop ? 2 : 1, milliseconds_until(until));
    if (ready < 0 && errno != EINTR) return false;
    if (stop.stop_requested()) return false;
    if (ready > 0 && watched[0].revents != 0) return true;
    if (Clock::now() >= until) return false;
  }
}

std::uint64_t Link::received() const {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(PQsocket(connection_), IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
      length < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
    return 0;
  return info.tcpi_bytes_received;
}

void Link::limit_received(std::uint64_t bytes) {
  if (connection_ != nullptr) most_received_ = received() + bytes;
}

Status Link::flush() {
  for (;;) {
    if (connection_ == nullptr) return database_unavailable("the connection is closed");
    const int left = PQflush(connection_);
    if (left == 0) return {};
    if (left < 0 || !wait(true, true)) return lost("sending");
    if (PQconsumeInput(connection_) != 1) return lost("sending");
  }
}

Result<ResultPtr> Link::next() {
  MONITORA_TRY(flush());
  while (PQisBusy(connection_) != 0) {
    if (!wait(true, false)) return lost("waiting");
    if (PQconsumeInput(connection_) != 1) return lost("receiving");
    received_too_much_ = most_received_ > 0 && received() > most_received_;
    if (received_too_much_) return lost("receiving too much");
  }
  return ResultPtr(PQgetResult(connection_));
}

bool Link::looks_open() {
  // More than one round: a server's last words are read before its end is seen.
  for (int round = 0; round < 4; ++round) {
    if (connection_ == nullptr) return false;
    pollfd watched{PQsocket(connection_), POLLIN, 0};
    const int ready = ::poll(&watched, 1, 0);
    if (ready == 0) return true;
    if (PQconsumeInput(connection_) != 1 || PQstatus(connection_) != CONNECTION_OK) break;
  }
  (void)lost("idle");
  return false;
}

Status Link::lost(std::string_view doing) {
  Status why = check_deadline();
  if (why.ok()) why = connection_status(connection_, doing);
  PQfinish(connection_);
  connection_ = nullptr;
  return why;
}

}  // namespace monitora::sql
