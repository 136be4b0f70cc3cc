#include "http/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "base/text.h"

namespace monitora::http {
namespace {

constexpr std::pair<Method, std::string_view> kMethods[] = {
    {Method::get, "GET"},        {Method::head, "HEAD"},   {Method::post, "POST"},
    {Method::put, "PUT"},        {Method::patch, "PATCH"}, {Method::del, "DELETE"},
    {Method::options, "OPTIONS"}};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

// IMF-fixdate (RFC 9110 section 5.6.7), without the locale of strftime.
std::string http_date() {
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                     kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') out.push_back(c);
  }
  out.append("\r\n");
}

// The quality of a list entry such as "en-GB;q=0.8", in thousandths.
int quality(std::string_view entry) {
  const std::size_t q = entry.find("q=");
  if (q == std::string_view::npos) return 1000;
  const std::string number(entry.substr(q + 2));
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc() ? static_cast<int>(std::clamp(value, 0.0, 1.0) * 1000) : 0;
}

}  // namespace

std::string_view method_name(Method method) {
  for (const auto& [known, name] : kMethods) {
    if (known == method) return name;
  }
  return "";
}

std::optional<Method> parse_method(std::string_view name) {
  for (const auto& [method, known] : kMethods) {
    if (known == name) return method;
  }
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out.push_back(c);
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

std::optional<Target> parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!lower(target.substr(0, scheme.size())).starts_with(scheme)) continue;
    const std::size_t slash = target.find('/', scheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (target == "*") target = "/*";
  if (!target.starts_with('/')) return std::nullopt;
  Target parsed;
  const std::size_t question = target.find('?');
  parsed.raw_path = target.substr(0, question);
  auto path = percent_decode(parsed.raw_path);
  if (!path) return std::nullopt;
  parsed.path = std::move(*path);
  if (question == std::string_view::npos) return parsed;
  for (const std::string_view pair : split(target.substr(question + 1), '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string()
                                                  : percent_decode(pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    parsed.query.emplace(std::move(*name), std::move(*value));
  }
  return parsed;
}

std::string preferred_language(std::string_view accept_language) {
  int french = -1;
  int english = -1;
  for (std::string_view entry : split(accept_language, ',')) {
    entry = trim(entry);
    const std::string tag =
        lower(entry.substr(0, std::min<std::size_t>(entry.find_first_of(";-"), entry.size())));
    if (tag == "fr") french = std::max(french, quality(entry));
    if (tag == "en") english = std::max(english, quality(entry));
  }
  return english > french && english > 0 ? "en" : "fr";
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  bool others = false;
  for (std::string_view entry : split(accept_encoding, ',')) {
    entry = trim(entry);
    const std::string named = lower(trim(entry.substr(0, entry.find(';'))));
    if (named == coding) return quality(entry) > 0;
    if (named == "*") others = quality(entry) > 0;
  }
  return others;
}

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [wanted = lower(name)](const auto& header) {
    return lower(header.first) == wanted;
  });
}

std::string response_head(const Response& response, Framing framing, std::size_t length,
                          std::string_view request_id, bool keep_alive) {
  std::string out;
  out.reserve(512);
  out.append(fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason(response.status)));
  append_header(out, "Date", http_date());
  append_header(out, "X-Request-Id", request_id);
  bool page = false;
  for (const auto& [name, value] : response.headers) {
    append_header(out, name, value);
    if (lower(name) == "content-type" && value.starts_with("text/html")) page = true;
  }
  const auto unless_given = [&](std::string_view name, std::string_view value) {
    if (!has_header(response, name)) append_header(out, name, value);
  };
  unless_given("Cache-Control", "no-store");
  unless_given("X-Content-Type-Options", "nosniff");
  unless_given("Referrer-Policy", "strict-origin-when-cross-origin");
  unless_given(
      "Content-Security-Policy",
      page ? "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
             "form-action 'self'; frame-ancestors 'none'"
           : "default-src 'none'; frame-ancestors 'none'");
  if (page) unless_given("X-Frame-Options", "DENY");
  if (framing == Framing::length) append_header(out, "Content-Length", std::to_string(length));
  if (framing == Framing::chunked) append_header(out, "Transfer-Encoding", "chunked");
  append_header(out, "Connection", keep_alive ? "keep-alive" : "close");
  out.append("\r\n");
  return out;
}

}  // namespace monitora::http
