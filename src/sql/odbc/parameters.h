// The parameters of a connection's statements: where their values stand and of which type they are.
//
// Each statement is bound once to the slots of its connection, whose addresses stay, and with types
// of constant sizes, so that neither a driver nor the server prepares it anew because a text got
// longer. Long values go to the server in parts while the statement is executed.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "sql/connection.h"
#include "sql/odbc/drivers.h"
#include "sql/odbc/handle.h"

namespace monitora::sql::odbc {

enum class ParamKind : char {
  null = 'n',  // of a value whose type is not known
  boolean = 'o',
  integer = 'i',
  real = 'r',
  text = 't',        // NVARCHAR(4000)
  long_text = 'T',   // NVARCHAR(MAX)
  bytes = 'b',       // VARBINARY(8000)
  long_bytes = 'B',  // VARBINARY(MAX)
  time = 'd',        // DATETIME2(7)
  early_time = 'e',  // its text, cast by the statement: see freetds_mistakes()
  uuid = 'u'         // UNIQUEIDENTIFIER
};

inline constexpr std::size_t kMaxShortUnits = 4000;
inline constexpr std::size_t kMaxShortBytes = 8000;
inline constexpr std::size_t kMaxParams = 2100;  // of one statement, SQL Server's limit

ParamKind kind_of(const Param& param, DriverKind driver);
// FreeTDS 1.3 counts the days of such a time wrongly (its calendar rounds towards zero before the
// year 1601), so it goes as text.
bool freetds_mistakes(Time time);
std::string early_text(Time time);

// long_text → text, long_bytes → bytes, early_time → time: what a NULL is sent as.
ParamKind short_kind(ParamKind kind);

// The kind whose NULL goes into a column of this type, named as INFORMATION_SCHEMA does.
ParamKind kind_of_column(std::string_view data_type);

// What SQLBindParameter is told of a kind. A null is sent as text.
struct BoundType {
  SQLSMALLINT c_type;
  SQLSMALLINT sql_type;
  SQLULEN size;
  SQLSMALLINT digits;
};
BoundType bound_type(ParamKind kind, DriverKind driver);

class ParamSlots {
 public:
  explicit ParamSlots(DriverKind driver) : driver_(driver) {}

  ParamKind kind_of(const Param& param) const { return odbc::kind_of(param, driver_); }

  // Once a statement: kinds[i] is its parameter i.
  SQLRETURN bind(SQLHSTMT statement, std::string_view kinds);
  // Before each execution, in the same kinds.
  void set(Params params, std::string_view kinds);
  // After SQL_NEED_DATA: sends the long values. Answers what SQLExecute would; SQL_NEED_DATA when
  // the turn comes to `stranger`, a value that is bound but not one of these.
  SQLRETURN send_long(SQLHSTMT statement, const void* stranger = nullptr);

 private:
  struct Slot {
    SQLLEN indicator = SQL_NULL_DATA;
    union {
      unsigned char boolean;
      std::int64_t integer;
      double real;
      TIMESTAMP_STRUCT time;
      SQLGUID uuid;
    } fixed{};
    std::unique_ptr<char16_t[]> buffer;  // kMaxShortUnits, made when first needed
    std::string_view long_text;
    BytesView long_bytes;
  };
  Slot& slot(std::size_t i);
  SQLPOINTER address(Slot& slot, ParamKind kind);

  DriverKind driver_;
  std::deque<Slot> slots_;
  std::vector<char16_t> part_;
};

}  // namespace monitora::sql::odbc
