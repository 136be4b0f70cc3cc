#include "sql/odbc/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "sql/odbc/utf16.h"

namespace monitora::sql::odbc {
namespace {

constexpr std::size_t kPartUnits = 16 * 1024;  // of the buffer that long values pass through

std::int64_t parse_integer(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double parse_real(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

TIMESTAMP_STRUCT to_timestamp(Time time) {
  using namespace std::chrono;
  constexpr Time kFirst = sys_days{year{1} / 1 / 1};
  constexpr Time kLast = Time(sys_days{year{10000} / 1 / 1}) - Micros(1);
  time = std::clamp(time, kFirst, kLast);
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  TIMESTAMP_STRUCT stamp{};
  stamp.year = static_cast<SQLSMALLINT>(static_cast<int>(date.year()));
  stamp.month = static_cast<SQLUSMALLINT>(static_cast<unsigned>(date.month()));
  stamp.day = static_cast<SQLUSMALLINT>(static_cast<unsigned>(date.day()));
  stamp.hour = static_cast<SQLUSMALLINT>(clock.hours().count());
  stamp.minute = static_cast<SQLUSMALLINT>(clock.minutes().count());
  stamp.second = static_cast<SQLUSMALLINT>(clock.seconds().count());
  stamp.fraction = static_cast<SQLUINTEGER>(clock.subseconds().count() * 1000);
  return stamp;
}

Time from_timestamp(const TIMESTAMP_STRUCT& stamp) {
  using namespace std::chrono;
  const auto date = year{stamp.year} / month{stamp.month} / day{stamp.day};
  return Time(sys_days(date)) + hours(stamp.hour) + minutes(stamp.minute) + seconds(stamp.second) +
         Micros(stamp.fraction / 1000);
}

Time from_timestamp(const TimestampOffset& stamp) {
  const TIMESTAMP_STRUCT local{stamp.year,   stamp.month,  stamp.day,     stamp.hour,
                               stamp.minute, stamp.second, stamp.fraction};
  return from_timestamp(local) - std::chrono::hours(stamp.zone_hour) -
         std::chrono::minutes(stamp.zone_minute);
}

SQLGUID to_guid(const Uuid& uuid) {
  const auto& b = uuid.bytes();
  SQLGUID guid{};
  guid.Data1 = static_cast<decltype(guid.Data1)>(b[0]) << 24 |
               static_cast<decltype(guid.Data1)>(b[1]) << 16 |
               static_cast<decltype(guid.Data1)>(b[2]) << 8 | b[3];
  guid.Data2 = static_cast<decltype(guid.Data2)>(b[4] << 8 | b[5]);
  guid.Data3 = static_cast<decltype(guid.Data3)>(b[6] << 8 | b[7]);
  std::memcpy(guid.Data4, b.data() + 8, 8);
  return guid;
}

Uuid from_guid(const SQLGUID& guid) {
  std::array<std::uint8_t, 16> b{};
  for (int i = 0; i < 4; ++i)
    b[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(guid.Data1 >> (24 - 8 * i));
  b[4] = static_cast<std::uint8_t>(guid.Data2 >> 8);
  b[5] = static_cast<std::uint8_t>(guid.Data2);
  b[6] = static_cast<std::uint8_t>(guid.Data3 >> 8);
  b[7] = static_cast<std::uint8_t>(guid.Data3);
  std::memcpy(b.data() + 8, guid.Data4, 8);
  return Uuid(b);
}

OdbcRow::Kind OdbcRow::kind_of(SQLSMALLINT type) {
  switch (type) {
    case SQL_BIT:
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
      return Kind::integer;
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE:
      return Kind::real;
    case SQL_DECIMAL:
    case SQL_NUMERIC:
      return Kind::decimal;
    case SQL_BINARY:
    case SQL_VARBINARY:
    case SQL_LONGVARBINARY:
      return Kind::bytes;
    case SQL_TYPE_DATE:
      return Kind::date;
    case SQL_TYPE_TIMESTAMP:
      return Kind::stamp;
    case kSqlTimestampOffset:
      return Kind::stamp_offset;
    case SQL_GUID:
      return Kind::uuid;
    default:
      return Kind::text;
  }
}

SQLRETURN OdbcRow::describe(SQLHSTMT statement) {
  SQLSMALLINT count = 0;
  SQLRETURN code = ::SQLNumResultCols(statement, &count);
  columns_.resize(SQL_SUCCEEDED(code) ? static_cast<std::size_t>(count) : 0);
  for (SQLUSMALLINT i = 0; i < columns_.size() && SQL_SUCCEEDED(code); ++i) {
    char16_t name[2];
    SQLSMALLINT type = 0;
    // The name is cut, which is no error.
    code = ::SQLDescribeColW(statement, static_cast<SQLUSMALLINT>(i + 1), wide(name), 2, nullptr,
                             &type, nullptr, nullptr, nullptr);
    columns_[i].kind = kind_of(type);
  }
  return code;
}

SQLRETURN OdbcRow::read(SQLHSTMT statement) {
  SQLRETURN code = SQL_SUCCESS;
  for (std::size_t i = 0; i < columns_.size() && SQL_SUCCEEDED(code); ++i)
    code = read_cell(statement, static_cast<SQLUSMALLINT>(i + 1), columns_[i]);
  return code;
}

template <class T>
SQLRETURN OdbcRow::read_fixed(SQLHSTMT statement, SQLUSMALLINT number, SQLSMALLINT type, T& value,
                              Cell& cell) {
  SQLLEN length = 0;
  const SQLRETURN code = ::SQLGetData(statement, number, type, &value, sizeof value, &length);
  cell.null = length == SQL_NULL_DATA;
  return code;
}

SQLRETURN OdbcRow::read_cell(SQLHSTMT statement, SQLUSMALLINT number, Cell& cell) {
  cell.null = true;
  cell.written = false;
  cell.text.clear();
  SQLRETURN code = SQL_SUCCESS;
  switch (cell.kind) {
    case Kind::integer:
      return read_fixed(statement, number, SQL_C_SBIGINT, cell.integer, cell);
    case Kind::real:
      return read_fixed(statement, number, SQL_C_DOUBLE, cell.real, cell);
    case Kind::decimal: {
      char digits[64] = "";
      code = read_fixed(statement, number, SQL_C_CHAR, digits, cell);
      if (SQL_SUCCEEDED(code) && !cell.null) cell.text = digits;
      return code;
    }
    case Kind::date: {
      DATE_STRUCT date{};  // FreeTDS writes the year 1 as "1"
      code = read_fixed(statement, number, SQL_C_TYPE_DATE, date, cell);
      if (SQL_SUCCEEDED(code) && !cell.null)
        cell.time = from_timestamp(TIMESTAMP_STRUCT{date.year, date.month, date.day, 0, 0, 0, 0});
      return code;
    }
    case Kind::stamp: {
      TIMESTAMP_STRUCT stamp{};
      code = read_fixed(statement, number, SQL_C_TYPE_TIMESTAMP, stamp, cell);
      if (SQL_SUCCEEDED(code) && !cell.null) cell.time = from_timestamp(stamp);
      return code;
    }
    case Kind::stamp_offset: {
      TimestampOffset stamp{};
      code = read_fixed(statement, number, SQL_C_BINARY, stamp, cell);
      if (SQL_SUCCEEDED(code) && !cell.null) cell.time = from_timestamp(stamp);
      return code;
    }
    case Kind::uuid: {
      SQLGUID guid{};
      code = read_fixed(statement, number, SQL_C_GUID, guid, cell);
      if (SQL_SUCCEEDED(code) && !cell.null) cell.uuid = from_guid(guid);
      return code;
    }
    case Kind::bytes:
      return read_bytes(statement, number, cell);
    case Kind::text:
      return read_text(statement, number, cell);
  }
  return SQL_ERROR;
}

SQLRETURN OdbcRow::read_text(SQLHSTMT statement, SQLUSMALLINT number, Cell& cell) {
  buffer_.resize(kPartUnits);
  Utf16Parts parts;
  for (;;) {
    SQLLEN length = 0;
    const SQLRETURN code =
        ::SQLGetData(statement, number, SQL_C_WCHAR, buffer_.data(),
                     static_cast<SQLLEN>(buffer_.size() * sizeof(char16_t)), &length);
    if (code == SQL_NO_DATA) break;
    if (!SQL_SUCCEEDED(code)) return code;
    cell.null = length == SQL_NULL_DATA;
    if (cell.null) return code;
    // A part that fills the buffer ends with a NUL that is not of the value.
    const std::size_t room = buffer_.size() - 1;
    const bool whole =
        length != SQL_NO_TOTAL && static_cast<std::size_t>(length) / sizeof(char16_t) <= room;
    const std::size_t units = whole ? static_cast<std::size_t>(length) / sizeof(char16_t) : room;
    parts.add(std::u16string_view(buffer_.data(), units), cell.text);
    if (whole) break;
  }
  parts.finish(cell.text);
  return SQL_SUCCESS;
}

SQLRETURN OdbcRow::read_bytes(SQLHSTMT statement, SQLUSMALLINT number, Cell& cell) {
  buffer_.resize(kPartUnits);
  const std::size_t room = buffer_.size() * sizeof(char16_t);
  for (;;) {
    SQLLEN length = 0;
    const SQLRETURN code = ::SQLGetData(statement, number, SQL_C_BINARY, buffer_.data(),
                                        static_cast<SQLLEN>(room), &length);
    if (code == SQL_NO_DATA) break;
    if (!SQL_SUCCEEDED(code)) return code;
    cell.null = length == SQL_NULL_DATA;
    if (cell.null) return code;
    const bool whole = length != SQL_NO_TOTAL && static_cast<std::size_t>(length) <= room;
    cell.text.append(reinterpret_cast<const char*>(buffer_.data()),
                     whole ? static_cast<std::size_t>(length) : room);
    if (whole) break;
  }
  return SQL_SUCCESS;
}

const OdbcRow::Cell* OdbcRow::cell(int column) const {
  const auto at = static_cast<std::size_t>(column);
  return at < columns_.size() && !columns_[at].null ? &columns_[at] : nullptr;
}

bool OdbcRow::is_null(int column) const {
  return cell(column) == nullptr;
}

std::int64_t OdbcRow::integer(int column) const {
  const Cell* cell = this->cell(column);
  if (cell == nullptr) return 0;
  if (cell->kind == Kind::integer) return cell->integer;
  if (cell->kind == Kind::real) {
    constexpr double kLimit = 9223372036854775808.0;  // 2^63
    if (cell->real >= kLimit) return INT64_MAX;
    return cell->real >= -kLimit ? static_cast<std::int64_t>(cell->real) : INT64_MIN;
  }
  return parse_integer(cell->text);
}

double OdbcRow::real(int column) const {
  const Cell* cell = this->cell(column);
  if (cell == nullptr) return 0;
  if (cell->kind == Kind::real) return cell->real;
  if (cell->kind == Kind::integer) return static_cast<double>(cell->integer);
  return parse_real(cell->text);
}

std::string_view OdbcRow::text(int column) const {
  const Cell* found = cell(column);
  if (found == nullptr) return {};
  Cell& cell = columns_[static_cast<std::size_t>(column)];
  if (!cell.written) {
    if (cell.kind == Kind::integer) cell.text = fmt::format("{}", cell.integer);
    if (cell.kind == Kind::real) cell.text = fmt::format("{}", cell.real);
    if (cell.kind == Kind::stamp || cell.kind == Kind::stamp_offset)
      cell.text = format_time(cell.time);
    if (cell.kind == Kind::date) cell.text = format_time(cell.time).substr(0, 10);
    if (cell.kind == Kind::uuid) cell.text = cell.uuid.to_string();
    cell.written = true;
  }
  return cell.text;
}

BytesView OdbcRow::bytes(int column) const {
  return as_bytes(text(column));
}

Time OdbcRow::time(int column) const {
  const Cell* cell = this->cell(column);
  if (cell == nullptr) return {};
  if (cell->kind == Kind::date || cell->kind == Kind::stamp || cell->kind == Kind::stamp_offset)
    return cell->time;
  return parse_time(cell->text).value_or(Time{});
}

Uuid OdbcRow::uuid(int column) const {
  const Cell* cell = this->cell(column);
  if (cell == nullptr) return {};
  if (cell->kind == Kind::uuid) return cell->uuid;
  return Uuid::parse(cell->text).value_or(Uuid{});
}

}  // namespace monitora::sql::odbc
