// ODBC handles that free themselves, and their diagnostics.
#pragma once

#include <sql.h>
#include <sqlext.h>

#include <string>
#include <utility>
#include <vector>

#include "sql/odbc/diagnostics.h"

namespace monitora::sql::odbc {

// SQL Server's own types and attributes (msodbcsql.h, FreeTDS's odbcss.h).
inline constexpr SQLSMALLINT kSqlTime2 = -154;            // SQL_SS_TIME2
inline constexpr SQLSMALLINT kSqlTimestampOffset = -155;  // SQL_SS_TIMESTAMPOFFSET
inline constexpr SQLSMALLINT kSqlVariant = -150;          // SQL_SS_VARIANT
inline constexpr SQLSMALLINT kSqlXml = -152;              // SQL_SS_XML

template <SQLSMALLINT kType>
class Handle {
 public:
  Handle() = default;
  explicit Handle(SQLHANDLE parent) {
    if (!SQL_SUCCEEDED(::SQLAllocHandle(kType, parent, &handle_))) handle_ = nullptr;
  }
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_ != nullptr) ::SQLFreeHandle(kType, handle_);
  }
  SQLHANDLE get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  SQLHANDLE handle_ = nullptr;
};
using StatementHandle = Handle<SQL_HANDLE_STMT>;

inline SQLWCHAR* wide(char16_t* text) {
  return reinterpret_cast<SQLWCHAR*>(text);
}
inline SQLWCHAR* wide(std::u16string& text) {
  return wide(text.data());
}

// What the last call on this handle had to say.
std::vector<Diagnostic> diagnostics_of(SQLSMALLINT type, SQLHANDLE handle);

// The process's environment, of ODBC 3.
SQLHANDLE odbc_environment();

}  // namespace monitora::sql::odbc
