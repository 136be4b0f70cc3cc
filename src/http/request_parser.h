// Bytes → one HTTP/1.1 request, incrementally: a thin cover over Beast's parser that keeps Beast
// out of headers. Stricter than Beast where proxies and servers have disagreed (request smuggling):
// no Content-Length beside Transfer-Encoding, "chunked" is the only transfer coding.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace monitora::http {

class RequestParser {
 public:
  // `header_limit` in bytes, request line included. `on_body` gets the body as it comes, decoded.
  RequestParser(std::size_t header_limit, std::function<void(std::string_view)> on_body);
  ~RequestParser();

  // Takes what it can from the front of `bytes` and says how many; the rest must be given again,
  // with more behind it. Stops after the headers, then after the message. Errors: invalid_argument
  // `malformed_request`, `header_too_large`; the parser is not to be used afterwards.
  Result<std::size_t> parse(std::string_view bytes);

  bool head_done() const;
  bool done() const;

  // From head_done() on:
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  bool http_1_0 = false;
  bool keep_alive() const;
  bool chunked() const;
  std::optional<std::uint64_t> content_length() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace monitora::http
