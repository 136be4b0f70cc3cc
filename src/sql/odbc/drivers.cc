#include "sql/odbc/drivers.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <odbcinst.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace monitora::sql {
namespace {

constexpr char kInstallFr[] =
    "Installez FreeTDS (Debian, Ubuntu : apt install tdsodbc) ou le pilote de Microsoft "
    "(msodbcsql18, depuis packages.microsoft.com).";
constexpr char kInstallEn[] =
    "Install FreeTDS (Debian, Ubuntu: apt install tdsodbc) or Microsoft's driver (msodbcsql18, "
    "from packages.microsoft.com).";

std::optional<DriverKind> kind_of(std::string_view library) {
  const std::string file = lower(std::filesystem::path(library).filename().string());
  if (file.find("msodbcsql") != file.npos) return DriverKind::microsoft;
  if (file.find("tdsodbc") != file.npos) return DriverKind::freetds;
  return std::nullopt;
}

std::string library_of(const std::string& name) {
  char value[1024] = "";
  SQLGetPrivateProfileString(name.c_str(), "Driver", "", value, sizeof value, "odbcinst.ini");
  return value;
}

Status missing(const std::string& wanted) {
  if (wanted.empty())
    return Status(Code::unavailable, "odbc_driver_missing",
                  {std::string("Aucun pilote ODBC pour SQL Server n'est installé. ") + kInstallFr,
                   std::string("No ODBC driver for SQL Server is installed. ") + kInstallEn});
  return Status(Code::unavailable, "odbc_driver_missing",
                {fmt::format("Le pilote ODBC « {} » (MSSQL_DRIVER) n'est pas installé. {}", wanted,
                             kInstallFr),
                 fmt::format("The ODBC driver \"{}\" (MSSQL_DRIVER) is not installed. {}", wanted,
                             kInstallEn)});
}

Status unknown(const std::string& wanted) {
  return Status(
      Code::invalid_argument, "odbc_driver_unknown",
      {fmt::format("« {} » (MSSQL_DRIVER) n'est ni FreeTDS ni le pilote de Microsoft pour SQL "
                   "Server. {}",
                   wanted, kInstallFr),
       fmt::format("\"{}\" (MSSQL_DRIVER) is neither FreeTDS nor Microsoft's driver for SQL "
                   "Server. {}",
                   wanted, kInstallEn)});
}

// The driver's library with all that it needs; the loader's own words when it does not load.
std::string load_error(const OdbcDriver& driver) {
  void* handle = ::dlopen(driver.library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) {
    // unixODBC looks for a bare name in its own directory, too.
    for (const char* directory : {"/usr/lib/x86_64-linux-gnu/odbc/", "/usr/lib/odbc/",
                                  "/usr/lib/aarch64-linux-gnu/odbc/"}) {
      if (driver.library.find('/') != std::string::npos || handle != nullptr) break;
      handle = ::dlopen((directory + driver.library).c_str(), RTLD_LAZY | RTLD_LOCAL);
    }
  }
  if (handle == nullptr) return ::dlerror();
  ::dlclose(handle);
  return {};
}

std::string shown(const OdbcDriver& driver) {
  return driver.name.empty() ? driver.library : driver.name;
}

}  // namespace

std::vector<OdbcDriver> installed_drivers() {
  std::vector<char> names(16 * 1024);  // name\0name\0\0
  const int length = SQLGetPrivateProfileString(nullptr, nullptr, nullptr, names.data(),
                                                static_cast<int>(names.size()), "odbcinst.ini");
  std::vector<OdbcDriver> found;
  for (const char* at = names.data(); length > 0 && at < names.data() + length && *at != '\0';) {
    const std::string name = at;
    at += name.size() + 1;
    std::string library = library_of(name);
    if (const auto kind = kind_of(library)) found.push_back({*kind, name, std::move(library)});
  }
  std::stable_sort(found.begin(), found.end(), [](const OdbcDriver& a, const OdbcDriver& b) {
    if (a.kind != b.kind) return a.kind == DriverKind::microsoft;
    return a.kind == DriverKind::microsoft && a.name > b.name;  // "… 18 …" before "… 17 …"
  });
  return found;
}

Result<OdbcDriver> find_driver(const std::string& wanted) {
  if (wanted.starts_with('/')) {
    const auto kind = kind_of(wanted);
    std::error_code ignored;
    if (!std::filesystem::exists(wanted, ignored)) return missing(wanted);
    // unixODBC keeps the path in a buffer of its own.
    if (!kind || wanted.size() > 400 || wanted.find_first_of("{};\n\r") != wanted.npos ||
        wanted.find('\0') != wanted.npos)
      return unknown(wanted);
    return OdbcDriver{*kind, {}, wanted};
  }
  for (OdbcDriver& driver : installed_drivers())
    if (wanted.empty() || lower(driver.name) == lower(wanted)) return std::move(driver);
  return wanted.empty() || library_of(wanted).empty() ? missing(wanted) : unknown(wanted);
}

DriverReport report_drivers(const std::string& wanted) {
  DriverReport report{installed_drivers(), find_driver(wanted), {}, {}};
  std::string names;
  for (const OdbcDriver& driver : report.installed)
    names += (names.empty() ? "" : ", ") + shown(driver);
  if (!report.used.ok()) {
    report.summary = {"Pilotes ODBC installés : " + (names.empty() ? "aucun" : names),
                      "ODBC drivers installed: " + (names.empty() ? "none" : names)};
    report.next_step = report.used.status().sentence();
    return report;
  }
  const std::string used = shown(*report.used);
  report.summary = {
      fmt::format("Pilote ODBC : {} (installés : {})", used, names.empty() ? "aucun" : names),
      fmt::format("ODBC driver: {} (installed: {})", used, names.empty() ? "none" : names)};
  if (const std::string error = load_error(*report.used); !error.empty())
    report.next_step = {
        fmt::format("Le pilote {} ne se charge pas : {}. {}", used, error, kInstallFr),
        fmt::format("The driver {} does not load: {}. {}", used, error, kInstallEn)};
  return report;
}

}  // namespace monitora::sql
