#include "sql/odbc/handle.h"

#include "sql/odbc/utf16.h"

namespace monitora::sql::odbc {
namespace {

constexpr int kMaxRecords = 16;

std::string utf8(const char16_t* text, std::size_t units) {
  return to_utf8(std::u16string_view(text, units));
}

}  // namespace

std::vector<Diagnostic> diagnostics_of(SQLSMALLINT type, SQLHANDLE handle) {
  std::vector<Diagnostic> found;
  for (SQLSMALLINT i = 1; i <= kMaxRecords; ++i) {
    char16_t state[6] = {};
    char16_t message[2048] = {};
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    const SQLRETURN code = ::SQLGetDiagRecW(type, handle, i, wide(state), &native, wide(message),
                                            static_cast<SQLSMALLINT>(std::size(message)), &length);
    if (!SQL_SUCCEEDED(code)) break;
    const std::size_t units = std::min<std::size_t>(
        static_cast<std::size_t>(std::max<SQLSMALLINT>(length, 0)), std::size(message) - 1);
    found.push_back({utf8(state, 5), static_cast<int>(native), utf8(message, units)});
  }
  return found;
}

SQLHANDLE odbc_environment() {
  static const SQLHANDLE environment = [] {
    SQLHANDLE made = nullptr;
    if (!SQL_SUCCEEDED(::SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &made)))
      return SQLHANDLE{nullptr};
    ::SQLSetEnvAttr(made, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
    return made;
  }();
  return environment;
}

}  // namespace monitora::sql::odbc
