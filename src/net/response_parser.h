// Bytes → one HTTP/1.1 response, incrementally: a thin cover over Beast's parser that keeps Beast
// out of headers. Informational (1xx) responses are skipped.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace monitora::net {

class ResponseParser {
 public:
  // `on_body` gets the body as it comes, decoded. `head_request`: the response has no body.
  ResponseParser(bool head_request, std::function<void(std::string_view)> on_body);
  ~ResponseParser();

  // Takes what it can from the front of `bytes` and says how many; the rest must be given again,
  // with more behind it. Stops after the headers, then after the message. upstream_failed
  // `malformed_response`.
  Result<std::size_t> parse(std::string_view bytes);
  // The connection has ended: ok if that ends the message, upstream_failed `connection_lost`
  // otherwise.
  Status end_of_file();

  bool head_done() const;
  bool done() const;
  bool keep_alive() const;  // from head_done() on

  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case

 private:
  class Impl;
  void restart();

  const bool head_request_;
  const std::function<void(std::string_view)> on_body_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace monitora::net
