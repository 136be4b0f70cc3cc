#include "sql/odbc/parameters.h"

#include <algorithm>
#include <cstring>

#include "sql/odbc/row.h"
#include "sql/odbc/utf16.h"

namespace monitora::sql::odbc {
namespace {

constexpr std::size_t kPartUnits = 64 * 1024;  // of a long value, sent at a time

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

ParamKind kind_of(const Param& param, DriverKind driver) {
  return std::visit(
      Overloaded{
          [](std::nullptr_t) { return ParamKind::null; }, [](bool) { return ParamKind::boolean; },
          [](std::int64_t) { return ParamKind::integer; }, [](double) { return ParamKind::real; },
          [](std::string_view text) {
            // A unit needs one to three bytes.
            const bool fits =
                text.size() <= kMaxShortUnits ||
                (text.size() <= 3 * kMaxShortUnits && utf16_length(text) <= kMaxShortUnits);
            return fits ? ParamKind::text : ParamKind::long_text;
          },
          [](BytesView bytes) {
            return bytes.size() <= kMaxShortBytes ? ParamKind::bytes : ParamKind::long_bytes;
          },
          [&](Time time) {
            return driver == DriverKind::freetds && freetds_mistakes(time) ? ParamKind::early_time
                                                                           : ParamKind::time;
          },
          [](const Uuid&) { return ParamKind::uuid; }},
      param);
}

bool freetds_mistakes(Time time) {
  return time < Time(std::chrono::sys_days{std::chrono::year{1700} / 1 / 1});
}

std::string early_text(Time time) {
  std::string text = format_time(time);  // …T…Z
  text[10] = ' ';
  text.back() = ' ';
  return text + "+00:00";
}

ParamKind short_kind(ParamKind kind) {
  if (kind == ParamKind::early_time) return ParamKind::time;
  if (kind == ParamKind::long_text) return ParamKind::text;
  return kind == ParamKind::long_bytes ? ParamKind::bytes : kind;
}

ParamKind kind_of_column(std::string_view data_type) {
  constexpr std::pair<std::string_view, ParamKind> kKinds[] = {
      {"bit", ParamKind::boolean},
      {"tinyint", ParamKind::integer},
      {"smallint", ParamKind::integer},
      {"int", ParamKind::integer},
      {"bigint", ParamKind::integer},
      {"real", ParamKind::real},
      {"float", ParamKind::real},
      {"binary", ParamKind::bytes},
      {"varbinary", ParamKind::bytes},
      {"image", ParamKind::bytes},
      {"datetime", ParamKind::time},
      {"datetime2", ParamKind::time},
      {"datetimeoffset", ParamKind::time},
      {"smalldatetime", ParamKind::time},
      {"uniqueidentifier", ParamKind::uuid},
  };
  for (const auto& [name, kind] : kKinds)
    if (name == data_type) return kind;
  return ParamKind::text;
}

BoundType bound_type(ParamKind kind, DriverKind driver) {
  const bool freetds = driver == DriverKind::freetds;
  switch (kind) {
    case ParamKind::boolean:
      return {SQL_C_BIT, SQL_BIT, 1, 0};
    case ParamKind::integer:
      return {SQL_C_SBIGINT, SQL_BIGINT, 19, 0};
    case ParamKind::real:
      return {SQL_C_DOUBLE, SQL_DOUBLE, 53, 0};
    case ParamKind::time:
      return {SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, 27, 7};
    case ParamKind::uuid:
      return {SQL_C_GUID, SQL_GUID, 16, 0};
    case ParamKind::bytes:
      return {SQL_C_BINARY, SQL_VARBINARY, kMaxShortBytes, 0};
    // FreeTDS sends its long types as the (MAX) types; Microsoft's driver has a size of 0 for them
    // and sends the long types as the old TEXT and IMAGE.
    case ParamKind::long_bytes:
      if (freetds) return {SQL_C_BINARY, SQL_LONGVARBINARY, 0x7FFFFFFF, 0};
      return {SQL_C_BINARY, SQL_VARBINARY, 0, 0};
    case ParamKind::long_text:
      if (freetds) return {SQL_C_WCHAR, SQL_WLONGVARCHAR, 0x3FFFFFFF, 0};
      return {SQL_C_WCHAR, SQL_WVARCHAR, 0, 0};
    case ParamKind::null:
    case ParamKind::early_time:
    case ParamKind::text:
      break;
  }
  return {SQL_C_WCHAR, SQL_WVARCHAR, kMaxShortUnits, 0};
}

ParamSlots::Slot& ParamSlots::slot(std::size_t i) {
  while (slots_.size() <= i) slots_.emplace_back();
  return slots_[i];
}

SQLPOINTER ParamSlots::address(Slot& slot, ParamKind kind) {
  switch (kind) {
    case ParamKind::boolean:
    case ParamKind::integer:
    case ParamKind::real:
    case ParamKind::time:
    case ParamKind::uuid:
      return &slot.fixed;
    case ParamKind::long_text:
    case ParamKind::long_bytes:
      return &slot;  // what SQLParamData names the value by
    case ParamKind::null:
    case ParamKind::early_time:
    case ParamKind::text:
    case ParamKind::bytes:
      break;
  }
  static_assert(kMaxShortUnits * sizeof(char16_t) >= kMaxShortBytes);
  if (!slot.buffer) slot.buffer = std::make_unique<char16_t[]>(kMaxShortUnits);
  return slot.buffer.get();
}

SQLRETURN ParamSlots::bind(SQLHSTMT statement, std::string_view kinds) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto kind = static_cast<ParamKind>(kinds[i]);
    const BoundType type = bound_type(kind, driver_);
    Slot& slot = this->slot(i);
    const SQLRETURN code =
        ::SQLBindParameter(statement, static_cast<SQLUSMALLINT>(i + 1), SQL_PARAM_INPUT,
                           type.c_type, type.sql_type, type.size, type.digits, address(slot, kind),
                           static_cast<SQLLEN>(kMaxShortUnits * sizeof(char16_t)), &slot.indicator);
    if (!SQL_SUCCEEDED(code)) return code;
  }
  return SQL_SUCCESS;
}

void ParamSlots::set(Params params, std::string_view kinds) {
  for (std::size_t i = 0; i < params.size(); ++i) {
    Slot& slot = this->slot(i);
    const auto kind = static_cast<ParamKind>(kinds[i]);
    std::visit(Overloaded{[&](std::nullptr_t) { slot.indicator = SQL_NULL_DATA; },
                          [&](bool value) {
                            slot.fixed.boolean = value ? 1 : 0;
                            slot.indicator = sizeof slot.fixed.boolean;
                          },
                          [&](std::int64_t value) {
                            slot.fixed.integer = value;
                            slot.indicator = sizeof value;
                          },
                          [&](double value) {
                            slot.fixed.real = value;
                            slot.indicator = sizeof value;
                          },
                          [&](Time value) {
                            if (kind == ParamKind::early_time) {
                              const std::string text = early_text(value);
                              std::string_view left = text;
                              slot.indicator = static_cast<SQLLEN>(
                                  take_utf16(left, std::span(slot.buffer.get(), kMaxShortUnits)) *
                                  sizeof(char16_t));
                              return;
                            }
                            slot.fixed.time = to_timestamp(value);
                            slot.indicator = sizeof slot.fixed.time;
                          },
                          [&](const Uuid& value) {
                            slot.fixed.uuid = to_guid(value);
                            slot.indicator = sizeof slot.fixed.uuid;
                          },
                          [&](std::string_view text) {
                            if (kind == ParamKind::long_text) {
                              slot.long_text = text;
                              slot.indicator = SQL_LEN_DATA_AT_EXEC(
                                  static_cast<SQLLEN>(utf16_length(text) * sizeof(char16_t)));
                              return;
                            }
                            const std::size_t units =
                                take_utf16(text, std::span(slot.buffer.get(), kMaxShortUnits));
                            slot.indicator = static_cast<SQLLEN>(units * sizeof(char16_t));
                          },
                          [&](BytesView bytes) {
                            if (kind == ParamKind::long_bytes) {
                              slot.long_bytes = bytes;
                              slot.indicator =
                                  SQL_LEN_DATA_AT_EXEC(static_cast<SQLLEN>(bytes.size()));
                              return;
                            }
                            if (!bytes.empty())
                              std::memcpy(slot.buffer.get(), bytes.data(), bytes.size());
                            slot.indicator = static_cast<SQLLEN>(bytes.size());
                          }},
               params[i]);
  }
}

SQLRETURN ParamSlots::send_long(SQLHSTMT statement, const void* stranger) {
  SQLPOINTER token = nullptr;
  SQLRETURN code;
  while ((code = ::SQLParamData(statement, &token)) == SQL_NEED_DATA) {
    if (token == stranger) return code;
    Slot& slot = *static_cast<Slot*>(token);
    const auto put = [&](const void* data, std::size_t bytes) {
      return ::SQLPutData(statement, const_cast<void*>(data), static_cast<SQLLEN>(bytes));
    };
    // Even an empty value takes one call.
    SQLRETURN sent = slot.indicator == SQL_LEN_DATA_AT_EXEC(0) ? put("", 0) : SQL_SUCCESS;
    if (!slot.long_text.empty()) {
      part_.resize(kPartUnits);
      while (!slot.long_text.empty() && SQL_SUCCEEDED(sent)) {
        const std::size_t units = take_utf16(slot.long_text, part_);
        sent = put(part_.data(), units * sizeof(char16_t));
      }
    } else {
      while (!slot.long_bytes.empty() && SQL_SUCCEEDED(sent)) {
        const std::size_t bytes = std::min(slot.long_bytes.size(), kPartUnits * sizeof(char16_t));
        sent = put(slot.long_bytes.data(), bytes);
        slot.long_bytes = slot.long_bytes.subspan(bytes);
      }
    }
    if (!SQL_SUCCEEDED(sent)) return sent;
  }
  return code;
}

}  // namespace monitora::sql::odbc
