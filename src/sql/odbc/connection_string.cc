#include "sql/odbc/connection_string.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "sql/errors.h"

namespace monitora::sql::odbc {
namespace {

// unixODBC 2.3 copies the string into 1,024 bytes of its own without looking at its length.
constexpr std::size_t kMaxLength = 1000;
constexpr std::size_t kMaxConfLine = 240;  // FreeTDS reads lines of 255

Status setting_error(Sentence sentence) {
  return Status(Code::invalid_argument, "database_setting", std::move(sentence));
}

// The setting's name, for the sentence.
std::string_view setting_of(std::string_view key) {
  if (key == "PWD") return "MSSQL_PASSWORD";
  if (key == "UID") return "MSSQL_USER";
  if (key == "DATABASE") return "MSSQL_DATABASE";
  return key;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// host, or host\instance.
Status check_host(std::string_view host) {
  const std::size_t slash = host.find('\\');
  const std::string_view name = host.substr(0, slash);
  const std::string_view instance = slash == host.npos ? "x" : host.substr(slash + 1);
  const bool fine =
      !name.empty() && name.size() <= 200 && !instance.empty() && instance.size() <= 32 &&
      std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) || c == ':'; }) &&
      std::all_of(instance.begin(), instance.end(), [](char c) { return is_word(c) || c == '$'; });
  if (fine) return {};
  return setting_error(
      {"MSSQL_HOST doit être un nom de serveur ou une adresse, par exemple db.exemple.fr ou "
       "db\\SQLEXPRESS.",
       "MSSQL_HOST must be a server's name or address, for example db.example.com or "
       "db\\SQLEXPRESS."});
}

Status check_certificate_path(std::string_view path) {
  const bool fine = path.size() <= 200 && path.find_first_of("\r\n;#{}") == path.npos &&
                    path.find('\0') == path.npos && path.find("  ") == path.npos;
  if (fine) return {};
  return setting_error(
      {"Le chemin du certificat du serveur est trop long ou contient un "
       "caractère que FreeTDS n'accepte pas (; #).",
       "The path of the server's certificate is too long or has a character that "
       "FreeTDS does not take (; #)."});
}

// Our freetds.conf: sections are added, never changed, so that a connection that opens meanwhile
// reads what it needs.
class FreeTdsConf {
 public:
  static FreeTdsConf& instance() {
    static FreeTdsConf conf;
    return conf;
  }

  // The name of the section with these lines.
  Result<std::string> section(const std::string& lines) {
    const std::lock_guard lock(mutex_);
    if (const auto found = names_.find(lines); found != names_.end()) return found->second;
    if (file_ < 0) {
      file_ = ::memfd_create("freetds.conf", MFD_CLOEXEC);
      if (file_ < 0) return database_unavailable("memfd_create");
      // Read by FreeTDS at each connect; there is no other way to name this file.
      ::setenv("FREETDSCONF", fmt::format("/proc/self/fd/{}", file_).c_str(), 1);
    }
    const std::string name = fmt::format("monitora-{}", names_.size() + 1);
    const std::string text = fmt::format("[{}]\n{}", name, lines);
    if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      return database_unavailable("freetds.conf");
    names_.emplace(lines, name);
    return name;
  }

 private:
  std::mutex mutex_;
  int file_ = -1;
  std::map<std::string, std::string> names_;  // lines → name
};

Result<std::string> microsoft_attributes(const SqlServerOptions& options, Connection::Mode mode) {
  MONITORA_TRY(check_certificate_path(options.server_certificate));
  const bool instance = options.host.find('\\') != std::string::npos;
  std::string out = instance ? fmt::format("SERVER={{{}}};", options.host)
                             : fmt::format("SERVER={{tcp:{},{}}};", options.host, options.port);
  out += options.encrypt == Encryption::no       ? "Encrypt=no;"
         : options.encrypt == Encryption::strict ? "Encrypt=strict;"
                                                 : "Encrypt=yes;";
  out += options.trust_server_certificate ? "TrustServerCertificate=yes;"
                                          : "TrustServerCertificate=no;";
  if (!options.server_certificate.empty() && !options.trust_server_certificate)
    out += fmt::format("ServerCertificate={{{}}};", options.server_certificate);
  if (options.read_only_intent && mode == Connection::Mode::read)
    out += "ApplicationIntent=ReadOnly;";
  if (options.multi_subnet_failover) out += "MultiSubnetFailover=Yes;";
  // A connection that the driver mended behind our back would hide a lost transaction.
  return out + "ConnectRetryCount=0;";
}

}  // namespace

Result<std::string> escape_value(DriverKind kind, std::string_view key, std::string_view value) {
  const auto refused = [&](std::string_view what_fr, std::string_view what_en) {
    return setting_error(
        {fmt::format("{} contient {}, ce que le pilote ODBC ne sait pas transmettre : changez "
                     "cette valeur{}.",
                     setting_of(key), what_fr,
                     kind == DriverKind::freetds ? ", ou installez le pilote de Microsoft" : ""),
         fmt::format("{} has {}, which the ODBC driver cannot pass on: change this value{}.",
                     setting_of(key), what_en,
                     kind == DriverKind::freetds ? ", or install Microsoft's driver" : "")});
  };
  if (value.find('\0') != value.npos) return refused("un caractère nul", "a NUL character");
  if (kind == DriverKind::freetds) {
    if (!value.starts_with('{') && value.find(';') == value.npos)
      return fmt::format("{}={};", key, value);
    if (value.find('}') != value.npos)
      return refused("un « } » avec un « ; » ou un « { » initial", "a } with a ; or a leading {");
    return fmt::format("{}={{{}}};", key, value);
  }
  std::string doubled;
  for (const char c : value) doubled += c == '}' ? "}}" : std::string(1, c);
  return fmt::format("{}={{{}}};", key, doubled);
}

Result<std::string> freetds_section(const SqlServerOptions& options, Connection::Mode mode) {
  MONITORA_TRY(check_host(options.host));
  MONITORA_TRY(check_certificate_path(options.server_certificate));
  if (options.encrypt == Encryption::strict)
    return setting_error(
        {"FreeTDS ne connaît pas le chiffrement « strict » : installez le pilote "
         "de Microsoft, ou choisissez encrypt=yes.",
         "FreeTDS has no \"strict\" encryption: install Microsoft's driver, or "
         "choose encrypt=yes."});
  const std::size_t slash = options.host.find('\\');
  std::string out = fmt::format("host = {}\n", options.host.substr(0, slash));
  out += slash == std::string::npos
             ? fmt::format("port = {}\n", options.port)
             : fmt::format("instance = {}\n", options.host.substr(slash + 1));
  out += "tds version = 7.4\ntext size = 2147483647\nclient charset = UTF-8\n";
  out += options.encrypt == Encryption::no ? "encryption = off\n" : "encryption = require\n";
  if (options.encrypt != Encryption::no && !options.trust_server_certificate)
    out += fmt::format(
        "ca file = {}\ncheck certificate hostname = yes\n",
        options.server_certificate.empty() ? "system" : options.server_certificate.c_str());
  if (options.read_only_intent && mode == Connection::Mode::read) out += "read-only intent = yes\n";
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = out.find('\n', at);
    if (end - at > kMaxConfLine) return check_certificate_path(std::string(300, 'x'));
    at = end + 1;
  }
  return out;
}

Result<std::string> connection_string(const SqlServerOptions& options, const OdbcDriver& driver,
                                      Connection::Mode mode) {
  MONITORA_TRY(check_host(options.host));
  std::string out =
      fmt::format("DRIVER={{{}}};", driver.name.empty() ? driver.library : driver.name);
  if (driver.kind == DriverKind::microsoft) {
    MONITORA_ASSIGN(const std::string attributes, microsoft_attributes(options, mode));
    out += attributes;
  } else {
    MONITORA_ASSIGN(const std::string lines, freetds_section(options, mode));
    MONITORA_ASSIGN(const std::string section, FreeTdsConf::instance().section(lines));
    out += fmt::format("Servername={};", section);
  }
  out += "APP=MONITORA;";
  const std::pair<std::string_view, const std::string*> values[] = {
      {"DATABASE", &options.database}, {"UID", &options.user}, {"PWD", &options.password}};
  for (const auto& [key, value] : values) {
    MONITORA_ASSIGN(const std::string pair, escape_value(driver.kind, key, *value));
    out += pair;
  }
  if (out.size() > kMaxLength)
    return setting_error(
        {"Les réglages de connexion à SQL Server sont trop longs : raccourcissez MSSQL_PASSWORD, "
         "MSSQL_USER ou MSSQL_DATABASE (128 caractères au plus).",
         "The settings of the SQL Server connection are too long: shorten MSSQL_PASSWORD, "
         "MSSQL_USER or MSSQL_DATABASE (128 characters at most)."});
  return out;
}

}  // namespace monitora::sql::odbc
