#include "scripted_llm.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <chrono>
#include <stdexcept>

namespace monitora::testing {
namespace {
constexpr auto kPatience = std::chrono::seconds(30);
}

Script Script::stream() {
  Script script;
  script.raw(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  return script;
}

Script Script::reply(int status, std::string_view body, std::string_view content_type,
                     std::string_view more) {
  Script script;
  script.raw(
      fmt::format("HTTP/1.1 {} Scripted\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}",
                  status, content_type, body.size(), more, body));
  return script;
}

Script Script::answer(const std::vector<std::string>& tokens) {
  Script script = stream();
  script.event(
      R"({"model":"scripted","choices":[{"index":0,"delta":{"role":"assistant","content":null}}]})");
  for (const std::string& token : tokens) script.token(token);
  script.event(R"({"model":"scripted","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
  script.event(fmt::format(
      R"({{"choices":[],"usage":{{"prompt_tokens":7,"completion_tokens":{}}}}})", tokens.size()));
  script.event("[DONE]");
  return script.end();
}

Script& Script::raw(std::string_view bytes) {
  steps_.push_back({Do::send, std::string(bytes), 0, {}});
  return *this;
}
std::string Script::chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}
Script& Script::data(std::string_view bytes) {
  return raw(chunk(bytes));
}
Script& Script::event(std::string_view json) {
  return data(fmt::format("data: {}\n\n", json));
}
Script& Script::token(std::string_view content) {
  return event(
      fmt::format(R"({{"model":"scripted","choices":[{{"index":0,"delta":{{"content":{}}}}}]}})",
                  boost::json::serialize(boost::json::string(content))));
}
Script& Script::end() {
  return raw("0\r\n\r\n");
}
Script& Script::split(std::size_t bytes) {
  steps_.push_back({Do::split, {}, bytes, {}});
  return *this;
}
Script& Script::drop() {
  steps_.push_back({Do::drop, {}, 0, {}});
  return *this;
}
Script& Script::reset() {
  steps_.push_back({Do::reset, {}, 0, {}});
  return *this;
}
Script& Script::hang() {
  steps_.push_back({Do::hang, {}, 0, {}});
  return *this;
}
Script& Script::repeat_forever(std::string_view bytes) {
  steps_.push_back({Do::repeat, std::string(bytes), 0, {}});
  return *this;
}
Script& Script::call(std::function<void()> hook) {
  steps_.push_back({Do::call, {}, 0, std::move(hook)});
  return *this;
}

ScriptedLlm::ScriptedLlm() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("scripted_llm: cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

ScriptedLlm::~ScriptedLlm() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
  ::close(listener_);
}

std::string ScriptedLlm::base_url() const {
  return fmt::format("http://127.0.0.1:{}/v1", port_);
}

void ScriptedLlm::push(Script script) {
  const std::lock_guard lock(mutex_);
  scripts_.push_back(std::move(script));
}

void ScriptedLlm::otherwise(std::function<Script(const Received&)> make) {
  const std::lock_guard lock(mutex_);
  otherwise_ = std::move(make);
}

std::vector<ScriptedLlm::Received> ScriptedLlm::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

bool ScriptedLlm::wait_received(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return received_.size() >= count; });
}

bool ScriptedLlm::wait_client_closed(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return closed_ >= count; });
}

void ScriptedLlm::accept_loop() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      if (fd >= 0) ::close(fd);
      return;
    }
    if (fd < 0) continue;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    open_.push_back(fd);
    connections_.emplace_back([this, fd] { serve(fd); });
  }
}

void ScriptedLlm::serve(int fd) {
  std::string pending;
  Received request;
  while (read_request(fd, pending, request)) {
    Script script = Script::reply(500, R"({"error":{"message":"no script"}})");
    {
      const std::lock_guard lock(mutex_);
      received_.push_back(request);
      if (!scripts_.empty()) {
        script = std::move(scripts_.front());
        scripts_.erase(scripts_.begin());
      } else if (otherwise_) {
        script = otherwise_(request);
      }
      changed_.notify_all();
    }
    if (!play(fd, script)) break;
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  ::close(fd);
}

bool ScriptedLlm::read_request(int fd, std::string& pending, Received& request) {
  const auto more = [&] {
    char buffer[4096];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got > 0) pending.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  };
  std::size_t head = 0;
  while ((head = pending.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  request.head = pending.substr(0, head);
  const std::size_t space = request.head.find(' ');
  request.method = request.head.substr(0, space);
  request.path = request.head.substr(space + 1, request.head.find(' ', space + 1) - space - 1);
  std::size_t length = 0;
  constexpr std::string_view kLength = "Content-Length: ";
  if (const std::size_t at = request.head.find(kLength); at != std::string::npos) {
    std::from_chars(request.head.data() + at + kLength.size(),
                    request.head.data() + request.head.size(), length);
  }
  while (pending.size() < head + 4 + length) {
    if (!more()) return false;
  }
  request.body = pending.substr(head + 4, length);
  pending.erase(0, head + 4 + length);
  return true;
}

// False when the connection is over.
bool ScriptedLlm::play(int fd, const Script& script) {
  std::size_t split = 0;
  for (const Script::Step& step : script.steps_) {
    switch (step.what) {
      case Script::Do::send:
        if (!send_all(fd, step.bytes, split)) return false;
        break;
      case Script::Do::split:
        split = step.number;
        break;
      case Script::Do::drop:
        return false;
      case Script::Do::reset: {
        const linger now{1, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        return false;
      }
      case Script::Do::hang:
        wait_for_close(fd);
        return false;
      case Script::Do::repeat:
        while (send_all(fd, step.bytes, split)) {
        }
        client_closed();
        return false;
      case Script::Do::call:
        step.hook();
        break;
    }
  }
  return true;
}

bool ScriptedLlm::send_all(int fd, std::string_view bytes, std::size_t split) {
  while (!bytes.empty()) {
    const std::size_t size = split == 0 ? bytes.size() : std::min(split, bytes.size());
    const ssize_t sent = ::send(fd, bytes.data(), size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void ScriptedLlm::wait_for_close(int fd) {
  char buffer[256];
  while (::recv(fd, buffer, sizeof buffer, 0) > 0) {
  }
  client_closed();
}

void ScriptedLlm::client_closed() {
  const std::lock_guard lock(mutex_);
  if (!stopping_) ++closed_;
  changed_.notify_all();
}

}  // namespace monitora::testing
