// Outbound HTTP/1.1: asynchronous on the Runtime, with TLS (system certificates, names verified),
// an address guard, a time limit on every step and a limit on the response. Redirects are not
// followed: they are answered as they come.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "net/address_guard.h"

namespace monitora::net {

class Runtime;

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  using Millis = std::chrono::milliseconds;

  std::string method = "GET";
  std::string url;  // http or https, without user information
  HttpHeaders headers;
  std::string body;
  std::size_t max_response = 8 << 20;  // bytes of body
  Millis connect_timeout{5'000};       // resolving, then each address tried, then TLS
  Millis first_byte_timeout{30'000};   // sending, and waiting for the response to begin
  Millis idle_timeout{30'000};         // between bytes of the response
  Millis total_timeout{0};             // of everything; 0: none
};

// All called on the I/O thread, which they must not block: on_head once, on_body any number of
// times, and on_end exactly once, last, whatever happened. Any HTTP status is a success here.
struct HttpEvents {
  std::function<void(int status, const HttpHeaders& headers)> on_head;  // names in lower case
  std::function<void(std::string_view part)> on_body;
  // ok, or: invalid_argument `invalid_url`; permission_denied `address_not_allowed`;
  // upstream_failed `host_not_found`, `connect_failed`, `tls_failed`, `upstream_timeout`,
  // `connection_lost`, `malformed_response`, `response_too_large`; cancelled.
  std::function<void(const Status& status)> on_end;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

// The value of a header ("" when absent); `lower_case_name` as HttpEvents gives them.
std::string_view find_header(const HttpHeaders& headers, std::string_view lower_case_name);

// The host of a URL that a client takes, without brackets; invalid_argument `invalid_url`.
Result<std::string> host_of_url(const std::string& url);

// A call under way. cancel() is thread-safe and idempotent: the connection is closed at once and
// on_end gets cancelled, unless the call had ended. Destroying the handle cancels.
class HttpCall {
 public:
  virtual ~HttpCall() = default;
  virtual void cancel() = 0;
};

class HttpClient {
 public:
  // `runtime` must outlive the client and its calls. System certificates are read once, here.
  HttpClient(Runtime& runtime, AddressGuard guard);
  ~HttpClient();  // calls under way are cancelled
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Returns at once; nothing is called from inside. Thread-safe.
  std::unique_ptr<HttpCall> start(HttpRequest request, HttpEvents events);
  // Blocks until the whole response is there; ends early with Deadline::current()
  // (deadline_exceeded, cancelled). Thread-safe; not from the I/O thread.
  Result<HttpResponse> fetch(HttpRequest request);

 private:
  struct Core;
  class Call;
  class Handle;
  std::shared_ptr<Core> core_;
};

}  // namespace monitora::net
