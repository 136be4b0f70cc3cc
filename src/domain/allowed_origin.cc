#include "domain/allowed_origin.h"

#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "base/text.h"

namespace monitora {
namespace {

struct Origin {
  std::string scheme;
  std::string host;
  std::string port;  // "" for the scheme's default
};

const icu::IDNA* idna() {
  static const std::unique_ptr<icu::IDNA> instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    return std::unique_ptr<icu::IDNA>(icu::IDNA::createUTS46Instance(
        UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, error));
  }();
  return instance.get();
}

bool is_ascii_host(std::string_view host) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), allowed);
}

bool is_ipv6(std::string_view host) {
  return host.size() > 3 && host.front() == '[' && host.back() == ']' &&
         host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:.") ==
             std::string_view::npos;
}

// Four numbers of 0–255; a host whose last label is a number must be one (WHATWG URL, "ends in a
// number"), or it would be compared as a name and visited as an address.
bool is_ipv4(std::string_view host) {
  const auto parts = split(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           unsigned value = 256;
           const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
           return error == std::errc() && end == part.data() + part.size() && value <= 255 &&
                  part.size() <= 3;
         });
}

bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::string> normalize_host(std::string_view typed) {
  std::string host = lower(typed);
  if (is_ipv6(host)) return host;
  if (host.ends_with('.')) host.pop_back();
  if (!std::all_of(host.begin(), host.end(),
                   [](char c) { return static_cast<unsigned char>(c) < 128; })) {
    std::string ascii;
    icu::StringByteSink<std::string> sink(&ascii);
    icu::IDNAInfo info;
    UErrorCode error = U_ZERO_ERROR;
    idna()->nameToASCII_UTF8(host, sink, info, error);
    if (U_FAILURE(error) || info.hasErrors()) return std::nullopt;
    host = std::move(ascii);
  }
  if (!is_ascii_host(host) || (ends_in_number(host) && !is_ipv4(host))) return std::nullopt;
  return host;
}

std::optional<std::string> normalize_port(std::string_view typed) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), port);
  if (error != std::errc() || end != typed.data() + typed.size() || port == 0 || port > 65535)
    return std::nullopt;
  return std::to_string(port);
}

// "host", "host:port", "[v6]:port" → both parts; the port may be missing.
std::optional<std::pair<std::string, std::string>> host_and_port(std::string_view text) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::optional<std::string> host = normalize_host(text.substr(0, colon));
  if (!host) return std::nullopt;
  if (colon == std::string_view::npos) return std::pair(*host, std::string());
  const std::optional<std::string> port = normalize_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  return std::pair(*host, *port);
}

std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos) return std::nullopt;
  Origin origin;
  origin.scheme = lower(text.substr(0, mark));
  if (origin.scheme != "http" && origin.scheme != "https") return std::nullopt;
  auto parts = host_and_port(text.substr(mark + 3));
  if (!parts) return std::nullopt;
  origin.host = std::move(parts->first);
  const std::string_view standard = origin.scheme == "https" ? "443" : "80";
  if (parts->second != standard) origin.port = std::move(parts->second);
  return origin;
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool entry_allows(std::string_view entry, const Origin& origin) {
  const auto parts = host_and_port(entry);
  if (!parts) return false;
  const auto& [host, port] = *parts;
  if (!port.empty()) {
    const std::string_view standard = origin.scheme == "https" ? "443" : "80";
    if (port != (origin.port.empty() ? standard : std::string_view(origin.port))) return false;
  }
  if (origin.host == host) return origin.scheme == "https" || is_this_machine(host);
  const bool has_subdomains = !is_this_machine(host) && !is_ipv4(host) && !is_ipv6(host);
  return has_subdomains && origin.scheme == "https" && origin.host.size() > host.size() + 1 &&
         origin.host.ends_with(host) && origin.host[origin.host.size() - host.size() - 1] == '.';
}

bool same(const Origin& a, const Origin& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool allows(const std::vector<std::string>& allowed, const Origin& origin,
            const std::optional<Origin>& own) {
  if (allowed.empty()) return origin.host == "localhost" || (own && same(origin, *own));
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& entry) { return entry_allows(entry, origin); });
}

}  // namespace

std::optional<std::string> normalize_domain(std::string_view typed) {
  typed = trim(typed);
  if (const std::size_t mark = typed.find("://"); mark != std::string_view::npos) {
    const std::string scheme = lower(typed.substr(0, mark));
    if (scheme != "http" && scheme != "https") return std::nullopt;
    typed.remove_prefix(mark + 3);
  }
  typed = typed.substr(0, typed.find_first_of("/?#"));
  if (typed.starts_with("*.")) typed.remove_prefix(2);
  const auto parts = host_and_port(typed);
  if (!parts) return std::nullopt;
  const auto& [host, port] = *parts;
  if (host != "localhost" && !is_ipv6(host) && host.find('.') == std::string::npos)
    return std::nullopt;
  return port.empty() ? host : host + ":" + port;
}

bool is_origin_allowed(const std::vector<std::string>& allowed, const OriginRequest& request) {
  const std::optional<Origin> own = parse_origin(request.own_origin);
  if (request.origin.empty())
    return request.sec_fetch_site == "same-origin" && own && allows(allowed, *own, own);
  const std::optional<Origin> origin = parse_origin(request.origin);
  return origin && allows(allowed, *origin, own);
}

std::optional<std::string> normalize_origin(std::string_view origin) {
  const std::optional<Origin> parsed = parse_origin(origin);
  if (!parsed) return std::nullopt;
  return parsed->scheme + "://" + parsed->host + (parsed->port.empty() ? "" : ":" + parsed->port);
}

}  // namespace monitora
