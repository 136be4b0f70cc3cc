#include "domain/email.h"

#include <algorithm>

#include "base/text.h"

namespace monitora {
namespace {

bool is_domain(std::string_view domain) {
  if (domain.find('.') == std::string_view::npos || domain.find("..") != std::string_view::npos)
    return false;
  return std::all_of(domain.begin(), domain.end(),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                              static_cast<unsigned char>(c) >= 128;
                     }) &&
         domain.front() != '.' && domain.front() != '-' && domain.back() != '.' &&
         domain.back() != '-';
}

}  // namespace

std::optional<std::string> normalize_email(std::string_view typed) {
  const std::string_view text = trim(typed);
  const std::size_t at = text.find('@');
  if (!is_utf8(text) || text.size() > 254 || at == 0 || at == std::string_view::npos || at > 64)
    return std::nullopt;
  const std::string_view local = text.substr(0, at);
  const bool clean = std::none_of(local.begin(), local.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 127 ||
           std::string_view("\"(),:;<>[\\]").find(c) != std::string_view::npos;
  });
  if (!clean || local.front() == '.' || local.back() == '.' ||
      local.find("..") != std::string_view::npos)
    return std::nullopt;
  const std::string_view domain = text.substr(at + 1);
  if (domain.empty() || !is_domain(domain)) return std::nullopt;
  return std::string(text);
}

}  // namespace monitora
