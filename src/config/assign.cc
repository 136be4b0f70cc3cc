// Text → checked value.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "base/crypto.h"
#include "base/text.h"
#include "config/settings_table.h"

namespace monitora::config {
namespace {

Status expected(std::string fr, std::string en) {
  return Status(Code::invalid_argument, "bad_setting", {std::move(fr), std::move(en)});
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_address(std::string_view text, int* bits = nullptr) {
  unsigned char buffer[16];
  const std::string copy(text);
  if (inet_pton(AF_INET, copy.c_str(), buffer) == 1) {
    if (bits) *bits = 32;
    return true;
  }
  if (bits) *bits = 128;
  return inet_pton(AF_INET6, copy.c_str(), buffer) == 1;
}

bool is_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  int bits = 0;
  if (!is_address(text.substr(0, slash), &bits)) return false;
  if (slash == std::string_view::npos) return true;
  const std::optional<int> prefix = whole_number(text.substr(slash + 1));
  return prefix && *prefix >= 0 && *prefix <= bits;
}

bool is_host_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), allowed);
}

Status assign_list(Form form, std::string_view text, std::vector<std::string>& into) {
  std::vector<std::string> read;
  for (std::string_view part : split(text, ',')) {
    part = trim(part);
    if (part.empty()) continue;
    const std::string entry = lower(part);
    if (!is_network(entry) && (form == Form::networks || !is_host_name(entry)))
      return form == Form::networks
                 ? expected("des adresses ou CIDR séparés par des virgules",
                            "comma-separated addresses or CIDRs")
                 : expected("des noms, adresses ou CIDR séparés par des virgules",
                            "comma-separated names, addresses or CIDRs");
    read.push_back(entry);
  }
  into = std::move(read);
  return {};
}

Status assign_address(std::string_view text, Settings& into) {
  const Status wrong = expected("hôte:port, par exemple 127.0.0.1:8001 ou [::1]:8001",
                                "host:port, for example 127.0.0.1:8001 or [::1]:8001");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = text.substr(0, colon);
  const std::optional<int> port = whole_number(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return wrong;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!is_address(host)) return wrong;
  } else if (host.empty() || host == "*") {
    host = "0.0.0.0";
  } else if (host.find(':') != std::string_view::npos ||
             (!is_address(host) && !is_host_name(lower(host)))) {
    return wrong;
  }
  into.listen_host = std::string(host);
  into.listen_port = *port;
  return {};
}

// `scheme`, or that with an s; a host, and neither user nor parameters.
Status check_url(std::string_view text, const std::string& scheme) {
  const auto url = boost::urls::parse_uri(text);
  if (url && (url->scheme() == scheme || url->scheme() == scheme + "s") && !url->host().empty() &&
      !url->has_userinfo() && !url->has_query() && !url->has_fragment())
    return {};
  return expected(
      fmt::format("une adresse {0}:// ou {0}s:// sans utilisateur ni paramètres", scheme),
      fmt::format("an {0}:// or {0}s:// address without user or query", scheme));
}

Status assign_text(const Setting& setting, std::string_view text, std::string& into) {
  std::string value(text);
  switch (setting.form) {
    case Form::choice:
      if (std::find(setting.choices.begin(), setting.choices.end(), text) ==
          setting.choices.end()) {
        const std::string list = fmt::format("{}", fmt::join(setting.choices, ", "));
        return expected(setting.choices.size() == 1 ? list : "l'un de : " + list,
                        setting.choices.size() == 1 ? list : "one of " + list);
      }
      break;
    case Form::url:
    case Form::mail_url:
      MONITORA_TRY(check_url(text, setting.form == Form::url ? "http" : "smtp"));
      while (value.ends_with('/')) value.pop_back();
      break;
    case Form::database:
      MONITORA_TRY(check_database_url(text));
      break;
    case Form::key: {
      const std::optional<Bytes> key = from_base64(text);
      if (!key || key->size() != 32)
        return expected("32 octets en base64 (openssl rand -base64 32)",
                        "32 bytes in base64 (openssl rand -base64 32)");
      break;
    }
    default:
      if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        return expected("un texte en UTF-8", "a text in UTF-8");
      if (const auto length = static_cast<int>(count_characters(text));
          setting.most > 0 && (length < setting.least || length > setting.most))
        return expected(fmt::format("un texte de {} à {} caractères", setting.least, setting.most),
                        fmt::format("a text of {} to {} characters", setting.least, setting.most));
  }
  into = std::move(value);
  return {};
}

}  // namespace

Status assign(const Setting& setting, std::string_view text, Settings& into) {
  // An empty text is the default: `LLM_MODEL=` in an environment file means "not set".
  if (text.empty()) text = setting.fallback;
  if (setting.form == Form::address) return assign_address(text, into);
  if (const auto* member = std::get_if<int Settings::*>(&setting.member)) {
    const std::optional<int> value = whole_number(text);
    if (!value || *value < setting.least || *value > setting.most)
      return expected(fmt::format("un nombre entier de {} à {}", setting.least, setting.most),
                      fmt::format("a whole number from {} to {}", setting.least, setting.most));
    into.*(*member) = *value;
    return {};
  }
  if (const auto* member = std::get_if<std::vector<std::string> Settings::*>(&setting.member))
    return assign_list(setting.form, text, into.*(*member));
  if (const auto* member = std::get_if<std::filesystem::path Settings::*>(&setting.member)) {
    into.*(*member) = std::filesystem::path(std::string(text));
    return {};
  }
  if (const auto* member = std::get_if<Registration Settings::*>(&setting.member)) {
    std::string word;
    MONITORA_TRY(assign_text(setting, text, word));
    into.*(*member) = word == "open"     ? Registration::open
                      : word == "invite" ? Registration::invite
                                         : Registration::closed;
    return {};
  }
  std::string& member = into.*std::get<std::string Settings::*>(setting.member);
  if (text.empty()) {
    member.clear();
    return {};
  }
  return assign_text(setting, text, member);
}

std::string text_of(const Setting& setting, const Settings& settings) {
  if (setting.form == Form::address)
    return settings.listen_host.find(':') == std::string::npos
               ? fmt::format("{}:{}", settings.listen_host, settings.listen_port)
               : fmt::format("[{}]:{}", settings.listen_host, settings.listen_port);
  if (const auto* member = std::get_if<int Settings::*>(&setting.member))
    return std::to_string(settings.*(*member));
  if (const auto* member = std::get_if<std::vector<std::string> Settings::*>(&setting.member))
    return fmt::format("{}", fmt::join(settings.*(*member), ","));
  if (const auto* member = std::get_if<std::filesystem::path Settings::*>(&setting.member))
    return (settings.*(*member)).string();
  if (std::get_if<Registration Settings::*>(&setting.member))
    return std::string(setting.choices[static_cast<std::size_t>(settings.registration)]);
  return settings.*std::get<std::string Settings::*>(setting.member);
}

}  // namespace monitora::config
