#include "transfer/copy_values.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "transfer/copy_numbers.h"

namespace monitora::transfer {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

constexpr Time kPostgresEpoch =
    std::chrono::sys_days(std::chrono::year{2000} / std::chrono::January / 1);
constexpr Time kFirstTime = std::chrono::sys_days(std::chrono::year{1} / std::chrono::January / 1);
constexpr Time kEndOfTime =
    std::chrono::sys_days(std::chrono::year{10000} / std::chrono::January / 1);
constexpr std::int64_t kMicrosecondsADay = 86'400'000'000;
constexpr std::int32_t kLastDay = 10'000 * 366;  // from the year 2000, either way, and more

// Microseconds since PostgreSQL's epoch.
Rule read_microseconds(Wire wire, std::string_view field, std::int64_t& out) {
  if (wire == Wire::timestamp && field.size() == 8) {
    out = big_endian<std::int64_t>(field.data());
    const bool infinite = out == std::numeric_limits<std::int64_t>::max() ||
                          out == std::numeric_limits<std::int64_t>::min();
    return infinite ? rule::infinite_time : rule::none;
  }
  if (wire == Wire::date && field.size() == 4) {
    const auto day = big_endian<std::int32_t>(field.data());
    if (day == std::numeric_limits<std::int32_t>::max() ||
        day == std::numeric_limits<std::int32_t>::min())
      return rule::infinite_time;
    if (std::abs(day) > kLastDay) return rule::time_out_of_range;  // not even counted
    out = day * kMicrosecondsADay;
    return rule::none;
  }
  if (wire == Wire::text) {
    if (field == "infinity" || field == "-infinity") return rule::infinite_time;
    const std::optional<Time> time = parse_time(field);
    if (!time) return rule::not_a_time;
    out = (*time - kPostgresEpoch).count();
    return rule::none;
  }
  return rule::not_a_time;
}

Rule read_time(Wire wire, std::string_view field, Time& out) {
  std::int64_t count = 0;
  if (const Rule rule = read_microseconds(wire, field, count); !rule.empty()) return rule;
  constexpr std::int64_t kFirst = (kFirstTime - kPostgresEpoch).count();
  constexpr std::int64_t kEnd = (kEndOfTime - kPostgresEpoch).count();
  if (count < kFirst || count >= kEnd) return rule::time_out_of_range;
  out = kPostgresEpoch + microseconds(count);
  return rule::none;
}

Rule read_date(Wire wire, std::string_view field, std::string& scratch, sql::Param& out) {
  Time time;
  if (wire == Wire::text && field.size() == 10) {
    scratch.assign(field).append("T00:00:00Z");
    if (!parse_time(scratch)) return rule::not_a_time;
    out = field;
    return rule::none;
  }
  if (const Rule rule = read_time(wire, field, time); !rule.empty()) return rule;
  scratch = format_time(time).substr(0, 10);
  out = std::string_view(scratch);
  return rule::none;
}

Rule read_uuid(Wire wire, std::string_view field, sql::Param& out) {
  if (wire == Wire::uuid && field.size() == 16) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), field.data(), bytes.size());
    out = Uuid(bytes);
    return rule::none;
  }
  const std::optional<Uuid> uuid = wire == Wire::text ? Uuid::parse(field) : std::nullopt;
  if (!uuid) return rule::not_a_uuid;
  out = *uuid;
  return rule::none;
}

Rule read_boolean(Wire wire, std::string_view field, sql::Param& out) {
  if (wire == Wire::boolean && field.size() == 1) {
    out = field[0] != 0;
    return rule::none;
  }
  std::int64_t number = 0;
  if (!read_integer(wire, field, number).empty() || (number != 0 && number != 1))
    return rule::not_a_boolean;
  out = number == 1;
  return rule::none;
}

Rule read_sized_integer(const Column& column, Wire wire, std::string_view field, sql::Param& out) {
  std::int64_t number = 0;
  if (const Rule rule = read_integer(wire, field, number); !rule.empty()) return rule;
  const int bits = column.size * 8;
  if (bits < 64) {
    const std::int64_t limit = std::int64_t{1} << (bits - 1);
    if (number < -limit || number >= limit) return rule::out_of_range;
  }
  out = number;
  return rule::none;
}

Rule read_text(const Column& column, Wire wire, std::string_view field, sql::Param& out) {
  if (wire != Wire::text && wire != Wire::json) return rule::not_text;
  const auto limit = static_cast<std::size_t>(column.size);
  // No text has more units than bytes.
  if (limit != 0 && field.size() > limit && utf16_length(field) > limit) return rule::length;
  out = field;
  return rule::none;
}

Rule read_json(Wire wire, std::string_view field, sql::Param& out) {
  if (wire == Wire::jsonb && !field.empty() && field[0] == 1) {  // the format's version
    out = field.substr(1);
    return rule::none;
  }
  if (wire != Wire::json && !(wire == Wire::text && is_json(field))) return rule::not_json;
  out = field;
  return rule::none;
}

}  // namespace

Wire wire_of(std::string_view type_name) {
  constexpr std::pair<std::string_view, Wire> kWires[] = {
      {"uuid", Wire::uuid},
      {"text", Wire::text},
      {"varchar", Wire::text},
      {"bpchar", Wire::text},
      {"name", Wire::text},
      {"citext", Wire::text},
      {"enum", Wire::text},
      {"unknown", Wire::text},
      {"json", Wire::json},
      {"jsonb", Wire::jsonb},
      {"timestamptz", Wire::timestamp},
      {"timestamp", Wire::timestamp},
      {"date", Wire::date},
      {"bool", Wire::boolean},
      {"int2", Wire::int2},
      {"int4", Wire::int4},
      {"int8", Wire::int8},
      {"float4", Wire::float4},
      {"float8", Wire::float8},
      {"numeric", Wire::numeric},
      {"bytea", Wire::bytea},
      {"_float4", Wire::real_array},
      {"_float8", Wire::real_array},
      {"vector", Wire::vector},
      {"halfvec", Wire::halfvec},
  };
  const auto* found =
      std::ranges::find(kWires, type_name, &std::pair<std::string_view, Wire>::first);
  return found == std::end(kWires) ? Wire::other : found->second;
}

Rule read_value(const Column& column, Wire wire, std::string_view field, std::string& scratch,
                sql::Param& out) {
  switch (column.kind) {
    case Kind::uuid:
      return read_uuid(wire, field, out);
    case Kind::text:
      return read_text(column, wire, field, out);
    case Kind::json:
      return read_json(wire, field, out);
    case Kind::integer:
      return read_sized_integer(column, wire, field, out);
    case Kind::boolean:
      return read_boolean(wire, field, out);
    case Kind::date:
      return read_date(wire, field, scratch, out);
    case Kind::real: {
      double number = 0;
      const Rule rule = read_real(wire, field, number);
      out = number;
      return rule;
    }
    case Kind::time: {
      Time time;
      const Rule rule = read_time(wire, field, time);
      out = time;
      return rule;
    }
    case Kind::bytes:
      if (wire != Wire::bytea) return rule::not_text;
      out = as_bytes(field);
      return rule::none;
    case Kind::vector: {
      const Rule rule = read_vector(wire, field, scratch);
      out = as_bytes(wire == Wire::bytea ? field : std::string_view(scratch));
      return rule;
    }
  }
  return rule::not_text;
}

std::size_t utf16_length(std::string_view utf8) {
  std::size_t units = 0;
  for (char c : utf8) {
    const auto byte = static_cast<std::uint8_t>(c);
    units += ((byte & 0xC0) != 0x80) + (byte >= 0xF0);
  }
  return units;
}

}  // namespace monitora::transfer
