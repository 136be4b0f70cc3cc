#include "config/sql_server_address.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "base/text.h"
#include "config/settings.h"
#include "config/settings_table.h"

namespace monitora::config {
namespace {

Status expected() {
  return Status(
      Code::invalid_argument, "bad_setting",
      {"sqlite:CHEMIN, sqlserver://utilisateur@hôte:port/base ou postgresql://… (un mot de passe "
       "s'y écrit avec ses signes spéciaux en %XX)",
       "sqlite:PATH, sqlserver://user@host:port/db or postgresql://… (a password's special "
       "characters are written %XX)"});
}

Status wrong_option() {
  return Status(
      Code::invalid_argument, "bad_setting",
      {"après « ? » seulement driver, encrypt (yes, no, strict), server_certificate, et yes ou no "
       "pour trust_server_certificate, read_only_intent, multi_subnet_failover",
       "after “?” only driver, encrypt (yes, no, strict), server_certificate, and yes or no for "
       "trust_server_certificate, read_only_intent, multi_subnet_failover"});
}

bool is_yes_or_no(std::string_view text) {
  return text == "yes" || text == "no";
}

Status apply_option(std::string_view name, const std::string& value, SqlServerAddress& into) {
  if (name == "driver" && !value.empty()) {
    into.driver = value;
  } else if (name == "encrypt" && (is_yes_or_no(value) || value == "strict")) {
    into.encrypt = value;
  } else if (name == "trust_server_certificate" && is_yes_or_no(value)) {
    into.trust_server_certificate = value == "yes";
  } else if (name == "server_certificate" && !value.empty()) {
    into.server_certificate = value;
  } else if (name == "read_only_intent" && is_yes_or_no(value)) {
    into.read_only_intent = value == "yes";
  } else if (name == "multi_subnet_failover" && is_yes_or_no(value)) {
    into.multi_subnet_failover = value == "yes";
  } else {
    return wrong_option();
  }
  return {};
}

bool is_plain(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

// Overwrites what the URL says.
Status read_url(std::string_view text, SqlServerAddress& into) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->scheme() != "sqlserver" || url->host().empty() || url->has_fragment())
    return expected();
  into.host = url->host_type() == boost::urls::host_type::ipv6 ? url->host_address() : url->host();
  if (url->has_port()) {
    const std::string port = url->port();
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), into.port);
    if (error != std::errc() || into.port < 1 || into.port > 65535) return expected();
  }
  if (!url->user().empty()) into.user = url->user();
  if (url->has_password()) into.password = url->password();
  const std::string path = url->path();
  if (path.find('/', 1) != std::string::npos) return expected();
  if (path.size() > 1) into.database = path.substr(1);
  for (const auto& option : url->params())
    MONITORA_TRY(apply_option(lower(option.key), option.value, into));
  for (const std::string* value : {&into.host, &into.user, &into.password, &into.database,
                                   &into.driver, &into.server_certificate})
    if (!is_plain(*value)) return expected();
  return {};
}

}  // namespace

Status check_database_url(std::string_view text) {
  if (text.starts_with("sqlite:") && text.size() > 7) return {};
  // libpq reads its own: several hosts, sockets and its many options.
  for (const std::string_view scheme : {"postgresql://", "postgres://"})
    if (text.starts_with(scheme) && text.size() > scheme.size() && is_plain(text)) return {};
  if (!text.starts_with("sqlserver://")) return expected();
  SqlServerAddress address;
  return read_url(text, address);
}

Result<SqlServerAddress> sql_server_address(const Settings& settings) {
  SqlServerAddress address;
  address.port = settings.mssql_port;
  address.database = settings.mssql_database;
  address.user = settings.mssql_user;
  address.password =
      settings.mssql_password.empty() ? settings.database_password : settings.mssql_password;
  address.driver = settings.mssql_driver;
  address.encrypt = settings.mssql_encrypt;
  address.trust_server_certificate = settings.mssql_trust_server_certificate == "yes";
  address.server_certificate = settings.mssql_server_certificate;
  address.multi_subnet_failover = settings.mssql_multi_subnet_failover == "yes";
  address.read_only_intent = settings.mssql_read_only_intent == "yes";
  MONITORA_TRY(read_url(settings.database_url, address));
  return address;
}

}  // namespace monitora::config
