// The text of HTTP/1.1, as pure functions: targets, header values, the head of a response.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace monitora::http {

std::string_view method_name(Method method);
std::optional<Method> parse_method(std::string_view name);

// %XX decoded (and '+' as a space with `plus_is_space`). Nothing for a broken escape, a NUL or
// ill-formed UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

struct Target {
  std::string raw_path;  // as sent
  std::string path;      // decoded
  std::multimap<std::string, std::string> query;
};
// Of a request line: "/path?query", or the absolute form, whose authority is dropped. Nothing if
// malformed.
std::optional<Target> parse_target(std::string_view target);

// "fr" or "en": the one that Accept-Language (RFC 9110 section 12.5.4) likes better; "fr" on a tie.
std::string preferred_language(std::string_view accept_language);

// Whether an Accept-Encoding (RFC 9110 section 12.5.3) takes `coding`, e.g. "gzip" or "br".
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

enum class Framing { length, chunked, until_close, none };

// Status line and headers, the blank line included. Adds what every response carries: X-Request-Id,
// Date, security headers (unless the handler gave its own), Cache-Control: no-store unless given,
// framing and Connection. Header values lose CR, LF and NUL.
std::string response_head(const Response& response, Framing framing, std::size_t length,
                          std::string_view request_id, bool keep_alive);

bool has_header(const Response& response, std::string_view name);  // whatever the case

}  // namespace monitora::http
