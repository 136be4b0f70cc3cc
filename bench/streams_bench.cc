// Open event streams on one server: failures, the time /health takes meanwhile, memory a stream.
//
//   streams_bench [streams=2000] [events a second=5] [seconds=20]
//
// The server is a process of its own (forked before any thread), so that its memory is its own.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/metrics.h"
#include "http/server.h"
#include "net/runtime.h"
#include "net/worker_pool.h"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace http = monitora::http;
namespace net = monitora::net;

constexpr int kSlices = 20;  // of an event's period: streams are not all served in the same instant

// Serves until standard input ends; writes its port to `ready`.
int serve(int ready, int wanted, int stop_when_closed, int events_per_second) {
  net::Runtime runtime;
  net::WorkerPool workers("bench", 2, 4096);
  http::Metrics metrics;
  http::Router router;
  std::mutex mutex;
  std::vector<std::shared_ptr<http::EventSink>> sinks;
  router.add({.method = http::Method::get,
              .pattern = "/health",
              .handler = [](const http::Request&) -> monitora::Result<http::Response> {
                return http::Response::text(200, "application/json", "{\"status\":\"ok\"}");
              },
              .runs = http::Runs::light});
  router.add({.method = http::Method::get,
              .pattern = "/events",
              .handler = [&](const http::Request&) -> monitora::Result<http::Response> {
                return http::Response::event_stream([&](std::shared_ptr<http::EventSink> sink) {
                  const std::lock_guard lock(mutex);
                  sinks.push_back(std::move(sink));
                });
              }});
  http::ServerOptions options;
  options.port = 0;
  http::Server server(runtime, workers, metrics, std::move(router), options);
  if (!server.start().ok()) return 1;
  const std::uint16_t port = server.port();
  if (write(ready, &port, sizeof port) != sizeof port) return 1;
  std::atomic<bool> stop = false;
  std::thread producer([&] {
    const auto period = std::chrono::nanoseconds(1s) / events_per_second / kSlices;
    auto next = Clock::now();
    for (long round = 0; !stop; ++round) {
      std::this_thread::sleep_until(next += period);
      const std::lock_guard lock(mutex);
      if (sinks.size() < static_cast<std::size_t>(wanted)) continue;
      for (std::size_t i = static_cast<std::size_t>(round % kSlices); i < sinks.size();
           i += kSlices) {
        sinks[i]->send(fmt::format(R"({{"type":"token","content":"livraison ","n":{}}})", round));
      }
    }
  });
  char byte = 0;
  while (read(stop_when_closed, &byte, 1) > 0) {
  }
  stop = true;
  producer.join();
  server.stop();
  return 0;
}

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  return fd;
}

bool send_text(int fd, std::string_view text) {
  return send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

long resident_kb(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", process));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Rss:")) return std::atol(line.c_str() + 4);
  }
  return 0;
}

double cpu_seconds(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string word;
  long ticks = 0;
  for (int i = 1; i <= 15 && file >> word; ++i) {
    if (i >= 14) ticks += std::atol(word.c_str());
  }
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Asks for /health until told to stop; the times in milliseconds.
std::vector<double> watch_health(std::uint16_t port, const std::atomic<bool>& stop, int& failures) {
  std::vector<double> times;
  const int fd = connect_to(port);
  char buffer[4096];
  while (!stop) {
    const auto from = Clock::now();
    const bool answered = send_text(fd, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n") &&
                          recv(fd, buffer, sizeof buffer, 0) > 12 &&
                          std::string_view(buffer, 12) == "HTTP/1.1 200";
    if (!answered) {
      ++failures;
      break;
    }
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - from).count());
    std::this_thread::sleep_for(10ms);
  }
  close(fd);
  return times;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

// One client's stream: its events must carry numbers `kSlices` apart, each once.
struct Stream {
  int fd = -1;
  std::string rest;
  long last = -1;
  long events = 0;
  bool failed = false;

  void read_events() {
    char buffer[8192];
    const ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) failed = true;
    if (got <= 0) return;
    rest.append(buffer, static_cast<std::size_t>(got));
    std::size_t end = 0;
    while ((end = rest.find("\n\n")) != std::string::npos) {
      if (const std::size_t at = rest.find("\"n\":"); at < end) {
        long number = 0;
        std::from_chars(rest.data() + at + 4, rest.data() + end, number);
        if (last >= 0 && number != last + kSlices) failed = true;
        last = number;
        ++events;
      }
      rest.erase(0, end + 2);
    }
  }
};

int measure(std::uint16_t port, pid_t server, int count, int events_per_second, int seconds) {
  {  // one stream first, so that what is allocated once is not counted as a stream's
    const int fd = connect_to(port);
    send_text(fd, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    char buffer[1024];
    if (recv(fd, buffer, sizeof buffer, 0) <= 0) return 1;
    close(fd);
  }
  const long before_kb = resident_kb(server);
  std::vector<Stream> streams(static_cast<std::size_t>(count));
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  int failures = 0;
  for (Stream& stream : streams) {
    stream.fd = connect_to(port);
    if (stream.fd < 0 || !send_text(stream.fd, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n")) {
      ++failures;
      continue;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &stream;
    epoll_ctl(poll, EPOLL_CTL_ADD, stream.fd, &event);
  }
  std::atomic<bool> stop = false;
  int health_failures = 0;
  std::vector<double> health;
  std::thread watcher([&] { health = watch_health(port, stop, health_failures); });
  const double cpu_before = cpu_seconds(server);
  const auto from = Clock::now();
  const auto until = from + std::chrono::seconds(seconds);
  long most_kb = 0;
  auto next_look = from;
  std::vector<epoll_event> events(512);
  while (Clock::now() < until) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 50);
    for (int i = 0; i < ready; ++i) {
      auto* stream = static_cast<Stream*>(events[static_cast<std::size_t>(i)].data.ptr);
      stream->read_events();
      if (stream->failed) epoll_ctl(poll, EPOLL_CTL_DEL, stream->fd, nullptr);
    }
    if (Clock::now() >= next_look) {
      next_look += 1s;
      most_kb = std::max(most_kb, resident_kb(server));
    }
  }
  const double took = std::chrono::duration<double>(Clock::now() - from).count();
  const double cpu = (cpu_seconds(server) - cpu_before) / took;
  stop = true;
  watcher.join();
  long received = 0;
  long fewest = 1L << 60;
  for (const Stream& stream : streams) {
    failures += stream.failed ? 1 : 0;
    received += stream.events;
    fewest = std::min(fewest, stream.events);
    close(stream.fd);
  }
  const double kb = static_cast<double>(most_kb - before_kb) / count;
  fmt::print("{:<38}{}\n", "streams", count);
  fmt::print("{:<38}{:.2f} (asked for: {})\n", "events a second and stream",
             static_cast<double>(received) / took / count, events_per_second);
  fmt::print("{:<38}{}\n", "fewest events of a stream", fewest);
  fmt::print("{:<38}{}\n", "failed streams (lost, cut, disordered)", failures);
  fmt::print("{:<38}{:.2f} / {:.2f} / {:.2f} ms, {} failed of {}\n", "/health p50 / p99 / worst",
             percentile(health, .5), percentile(health, .99), percentile(health, 1),
             health_failures, health.size());
  fmt::print("{:<38}{:.1f} KB (server: {} → {} KB)\n", "memory a stream", kb, before_kb, most_kb);
  fmt::print("{:<38}{:.2f} of a core\n", "server's processor time", cpu);
  return failures + health_failures == 0 && received > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int index, int otherwise) {
    return argc > index ? std::atoi(argv[index]) : otherwise;
  };
  const int streams = argument(1, 2000);
  const int events_per_second = argument(2, 5);
  const int seconds = argument(3, 20);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  int ready[2];
  int alive[2];
  if (pipe(ready) != 0 || pipe(alive) != 0) return 1;
  const pid_t server = fork();
  if (server == 0) {
    close(alive[1]);
    _exit(serve(ready[1], streams, alive[0], events_per_second));
  }
  close(alive[0]);
  close(ready[1]);
  std::uint16_t port = 0;
  if (read(ready[0], &port, sizeof port) != sizeof port) return 1;
  const int result = measure(port, server, streams, events_per_second, seconds);
  close(alive[1]);
  waitpid(server, nullptr, 0);
  return result;
}
