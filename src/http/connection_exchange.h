// One request of a connection and its answer, and what the connection's files share.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/connection.h"
#include "http/request_parser.h"
#include "http/upload.h"

namespace monitora::http {

namespace asio = boost::asio;
using asio::ip::tcp;

// Asio's operations answer (error, …) rather than throw.
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

inline Status request_timeout() {
  return Status(Code::invalid_argument, "request_timeout",
                {"La requête n'est pas arrivée à temps.", "The request did not arrive in time."});
}

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

}  // namespace monitora::http
