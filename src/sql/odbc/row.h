// The row a query stands on, read from the driver cell by cell.
#pragma once

#include <string>
#include <vector>

#include "sql/connection.h"
#include "sql/odbc/handle.h"

namespace monitora::sql::odbc {

// DATETIMEOFFSET as both drivers hand it out (SQL_SS_TIMESTAMPOFFSET_STRUCT): local time of day,
// and the zone's offset. `fraction` counts nanoseconds.
struct TimestampOffset {
  SQLSMALLINT year;
  SQLUSMALLINT month, day, hour, minute, second;
  SQLUINTEGER fraction;
  SQLSMALLINT zone_hour, zone_minute;
};
static_assert(sizeof(TimestampOffset) == 20);

// Out of range is clamped to the years 1 to 9999, which SQL Server's types have.
TIMESTAMP_STRUCT to_timestamp(Time time);
Time from_timestamp(const TIMESTAMP_STRUCT& stamp);  // digits after the microsecond are cut
Time from_timestamp(const TimestampOffset& stamp);

// Uuid's bytes are in the order of its text; SQLGUID's first three fields are numbers.
SQLGUID to_guid(const Uuid& uuid);
Uuid from_guid(const SQLGUID& guid);

class OdbcRow final : public Row {
 public:
  // The columns of the result that `statement` has now.
  SQLRETURN describe(SQLHSTMT statement);
  bool has_columns() const { return !columns_.empty(); }
  // Every cell of the row that was fetched.
  SQLRETURN read(SQLHSTMT statement);

  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;
  BytesView bytes(int column) const override;
  Time time(int column) const override;
  Uuid uuid(int column) const override;

 private:
  enum class Kind { integer, real, decimal, text, bytes, date, stamp, stamp_offset, uuid };
  struct Cell {
    Kind kind = Kind::text;
    bool null = true;
    bool written = false;  // `text` holds the value as text
    std::int64_t integer = 0;
    double real = 0;
    Time time{};
    Uuid uuid;
    std::string text;  // text, or bytes
  };
  static Kind kind_of(SQLSMALLINT type);
  SQLRETURN read_cell(SQLHSTMT statement, SQLUSMALLINT number, Cell& cell);
  SQLRETURN read_text(SQLHSTMT statement, SQLUSMALLINT number, Cell& cell);
  SQLRETURN read_bytes(SQLHSTMT statement, SQLUSMALLINT number, Cell& cell);
  template <class T>
  SQLRETURN read_fixed(SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT type, T& value,
                       Cell& cell);
  const Cell* cell(int column) const;

  mutable std::vector<Cell> columns_;
  std::vector<char16_t> buffer_;
};

}  // namespace monitora::sql::odbc
