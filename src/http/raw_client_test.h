// A client of bytes for tests: it can be as rude as the test wants.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"

namespace monitora::http {

struct RawResponse {
  int status = 0;  // 0: the connection ended before a whole response
  std::string head;
  std::string body;

  std::string header(std::string_view lower_case_name) const {
    for (std::string_view line : split(head, '\n')) {
      const std::size_t colon = line.find(':');
      if (colon != std::string_view::npos && lower(line.substr(0, colon)) == lower_case_name) {
        return std::string(trim(line.substr(colon + 1)));
      }
    }
    return {};
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{30, 0};  // so that a failing test ends
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // Until `text` has come; false at the end of the connection.
  bool read_until(std::string_view text) {
    while (buffer_.find(text) == std::string::npos) {
      if (!more()) return false;
    }
    return true;
  }
  // Takes what was read up to and with `text`.
  std::string take_until(std::string_view text) {
    if (!read_until(text)) return std::exchange(buffer_, {});
    return take(buffer_.find(text) + text.size());
  }
  std::string read_all() {
    while (more()) {
    }
    return std::exchange(buffer_, {});
  }
  bool ended() { return buffer_.empty() && !more(); }

  RawResponse response(bool head_only = false) {
    RawResponse response;
    if (!read_until("\r\n\r\n")) return response;
    response.head = take_until("\r\n\r\n");
    int status = std::atoi(response.head.substr(9, 3).c_str());
    if (head_only || status == 204 || status == 304 || status == 100) {
      response.status = status;
      return response;
    }
    if (response.header("transfer-encoding") == "chunked") {
      for (;;) {
        const std::string line = take_until("\r\n");
        if (!line.ends_with("\r\n")) return response;
        std::size_t size = 0;
        std::from_chars(line.data(), line.data() + line.size() - 2, size, 16);
        while (buffer_.size() < size + 2) {
          if (!more()) return response;
        }
        response.body += take(size);
        take(2);
        if (size == 0) break;
      }
    } else if (const std::string length = response.header("content-length"); !length.empty()) {
      const std::size_t size = std::strtoull(length.c_str(), nullptr, 10);
      while (buffer_.size() < size) {
        if (!more()) return response;
      }
      response.body = take(size);
    } else {
      response.body = read_all();
    }
    response.status = status;
    return response;
  }
  RawResponse get(std::string_view path, std::string_view headers = {}) {
    return ask("GET", path, headers);
  }
  RawResponse ask(std::string_view method, std::string_view path, std::string_view headers = {},
                  std::string_view body = {}) {
    std::string request(method);
    request.append(" ").append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(headers);
    if (!body.empty()) request.append("Content-Length: " + std::to_string(body.size()) + "\r\n");
    send(request.append("\r\n").append(body));
    return response(method == "HEAD");
  }

 private:
  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }
  bool more() {
    char bytes[16384];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got > 0) buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  int fd_ = -1;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace monitora::http
