#include "sql/postgres/values.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "sql/errors.h"

namespace monitora::sql {
namespace {

constexpr std::int64_t kEpoch = 946'684'800'000'000;  // 2000-01-01 in microseconds of Unix
constexpr std::int64_t kDay = 86'400'000'000;
constexpr Oid kFirstOfExtensions = 16384;  // pgvector's type is the only one that stores bytes here

template <class Int>
void append_big(std::string& out, Int value) {
  for (int shift = static_cast<int>(sizeof(Int)) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<std::make_unsigned_t<Int>>(value) >> shift & 0xFF);
}

template <class Int>
Int read_big(std::string_view bytes) {
  std::make_unsigned_t<Int> value = 0;
  for (std::size_t i = 0; i < sizeof(Int) && i < bytes.size(); ++i)
    value =
        static_cast<std::make_unsigned_t<Int>>(value << 8 | static_cast<unsigned char>(bytes[i]));
  return static_cast<Int>(value);
}

bool is_text(PgType type) {
  return type == PgType::text || type == PgType::varchar || type == PgType::bpchar ||
         type == PgType::json || type == PgType::name || type == PgType::unknown;
}

// numeric_send: digits in base 10,000, the first of weight 10,000^weight.
std::string numeric_text(std::string_view bytes) {
  if (bytes.size() < 8) return "0";
  const auto word = [&](std::size_t i) { return read_big<std::int16_t>(bytes.substr(i * 2, 2)); };
  const int digits = word(0), weight = word(1), scale = word(3);
  const auto sign = static_cast<std::uint16_t>(word(2));
  if (sign == 0xC000) return "NaN";
  std::string out = sign == 0x4000 ? "-" : "";
  const auto digit = [&](int i) {
    return i >= 0 && i < digits ? word(4 + static_cast<std::size_t>(i)) : std::int16_t{0};
  };
  if (weight < 0) out += '0';
  for (int i = 0; i <= weight; ++i)
    out += i == 0 ? fmt::format("{}", digit(i)) : fmt::format("{:04}", digit(i));
  if (scale > 0) {
    std::string fraction;
    for (int i = weight + 1; static_cast<int>(fraction.size()) < scale; ++i)
      fraction += fmt::format("{:04}", digit(i));
    out += "." + fraction.substr(0, static_cast<std::size_t>(scale));
  }
  return out;
}

Time time_of(std::int64_t micros) {
  // PostgreSQL's ±infinity has no place in ours.
  if (micros == std::numeric_limits<std::int64_t>::max())
    return *parse_time("9999-12-31T23:59:59Z");
  if (micros == std::numeric_limits<std::int64_t>::min())
    return *parse_time("0001-01-01T00:00:00Z");
  return Time(Micros(micros + kEpoch));
}

template <class Number>
Number parse_number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void append_int16(std::string& out, std::int16_t value) {
  append_big(out, value);
}
void append_int32(std::string& out, std::int32_t value) {
  append_big(out, value);
}

struct Encoder {
  Encoded& to;
  Oid oid;
  PgType type = static_cast<PgType>(oid);

  Status operator()(std::nullptr_t) const {
    to.fields_.push_back({to.bytes_.size(), true});
    to.lengths_.push_back(0);
    to.formats_.push_back(1);
    return {};
  }
  Status operator()(bool value) const {
    if (type == PgType::boolean) return big(static_cast<std::int8_t>(value));
    return (*this)(std::int64_t{value});
  }
  Status operator()(std::int64_t value) const {
    switch (type) {
      case PgType::int8:
        return big(value);
      case PgType::int4:
        return narrow<std::int32_t>(value);
      case PgType::int2:
        return narrow<std::int16_t>(value);
      case PgType::float8:
        return big(std::bit_cast<std::int64_t>(static_cast<double>(value)));
      case PgType::float4:
        return big(std::bit_cast<std::int32_t>(static_cast<float>(value)));
      case PgType::boolean:
        return big(static_cast<std::int8_t>(value != 0));
      default:
        return written(fmt::format("{}", value));
    }
  }
  Status operator()(double value) const {
    if (type == PgType::float8) return big(std::bit_cast<std::int64_t>(value));
    if (type == PgType::float4) return big(std::bit_cast<std::int32_t>(static_cast<float>(value)));
    return written(fmt::format("{}", value));
  }
  Status operator()(std::string_view value) const {
    if (type == PgType::jsonb) return binary("\x01", value);
    if (is_text(type) || type == PgType::bytea) return binary({}, value);
    if (type == PgType::uuid)
      if (const auto uuid = Uuid::parse(value)) return (*this)(*uuid);
    if (type == PgType::timestamptz)
      if (const auto time = parse_time(value)) return (*this)(*time);
    return as_text(value);
  }
  Status operator()(BytesView value) const {
    const std::string_view bytes(reinterpret_cast<const char*>(value.data()), value.size());
    return oid >= kFirstOfExtensions ? vector(bytes) : binary({}, bytes);
  }
  Status operator()(Time value) const {
    const std::int64_t micros = value.time_since_epoch().count() - kEpoch;
    if (type == PgType::timestamptz || type == PgType::timestamp) return big(micros);
    if (type == PgType::date)
      return big(static_cast<std::int32_t>((micros - (micros < 0 ? kDay - 1 : 0)) / kDay));
    return written(format_time(value));
  }
  Status operator()(const Uuid& value) const {
    if (type == PgType::uuid)
      return binary({},
                    {reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size()});
    return written(value.to_string());
  }

 private:
  Status begin(int format, std::size_t length) const {
    to.fields_.push_back({to.bytes_.size(), false});
    to.lengths_.push_back(static_cast<int>(length));
    to.formats_.push_back(format);
    return {};
  }
  template <class Int>
  Status big(Int value) const {
    MONITORA_TRY(begin(1, sizeof value));
    append_big(to.bytes_, value);
    return {};
  }
  template <class Int>
  Status narrow(std::int64_t value) const {
    if (value < std::numeric_limits<Int>::min() || value > std::numeric_limits<Int>::max())
      return check_violation(fmt::format("{} is out of range", value));
    return big(static_cast<Int>(value));
  }
  Status binary(std::string_view prefix, std::string_view value) const {
    MONITORA_TRY(begin(1, prefix.size() + value.size()));
    to.bytes_ += prefix;
    to.bytes_ += value;
    return {};
  }
  // The text form of a value, for whatever type there is: binary and text are the same for texts.
  Status written(const std::string& value) const {
    return is_text(type) || type == PgType::jsonb ? (*this)(std::string_view(value))
                                                  : as_text(value);
  }
  Status as_text(std::string_view value) const {
    if (value.find('\0') != std::string_view::npos) return check_violation("a NUL in a text");
    MONITORA_TRY(begin(0, value.size()));
    to.bytes_ += value;
    to.bytes_ += '\0';
    return {};
  }
  // pgvector's vector_recv: dimensions, an unused word, float4 each.
  Status vector(std::string_view floats) const {
    const std::size_t dimensions = floats.size() / sizeof(float);
    if (floats.size() % sizeof(float) != 0 || dimensions > 16000)
      return check_violation("not a vector");
    MONITORA_TRY(begin(1, 4 + floats.size()));
    append_big(to.bytes_, static_cast<std::int16_t>(dimensions));
    append_big(to.bytes_, std::int16_t{0});
    for (std::size_t i = 0; i < dimensions; ++i) {
      std::int32_t word = 0;
      std::memcpy(&word, floats.data() + i * sizeof word, sizeof word);
      append_big(to.bytes_, word);
    }
    return {};
  }
};

Status Encoded::add(const Param& value, Oid type) {
  return std::visit(Encoder{*this, type}, value);
}

void Encoded::clear() {
  bytes_.clear();
  fields_.clear();
  lengths_.clear();
  formats_.clear();
}

const char* const* Encoded::values() {
  values_.clear();
  for (const Field& field : fields_)
    values_.push_back(field.null ? nullptr : bytes_.data() + field.at);
  return values_.data();
}

bool Encoded::copy_row(std::size_t from, std::size_t fields, std::string& out) const {
  append_int16(out, static_cast<std::int16_t>(fields));
  for (std::size_t i = from; i < from + fields; ++i) {
    if (fields_[i].null) {
      append_int32(out, -1);
      continue;
    }
    if (formats_[i] == 0) return false;
    append_int32(out, lengths_[i]);
    out.append(bytes_, fields_[i].at, static_cast<std::size_t>(lengths_[i]));
  }
  return true;
}

std::string_view PostgresRow::raw(int column) const {
  return {PQgetvalue(result_, row_, column),
          static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::string_view PostgresRow::keep(std::string text) const {
  kept_.push_back(std::move(text));
  return kept_.back();
}

bool PostgresRow::is_null(int column) const {
  return PQgetisnull(result_, row_, column) != 0;
}

std::int64_t PostgresRow::integer(int column) const {
  const std::string_view bytes = raw(column);
  switch (type(column)) {
    case PgType::boolean:
      return read_big<std::int8_t>(bytes);
    case PgType::int2:
      return read_big<std::int16_t>(bytes);
    case PgType::int4:
      return read_big<std::int32_t>(bytes);
    case PgType::int8:
      return read_big<std::int64_t>(bytes);
    case PgType::oid:
      return read_big<std::uint32_t>(bytes);
    case PgType::float4:
    case PgType::float8:
      return static_cast<std::int64_t>(real(column));
    default:
      return is_null(column) ? 0 : parse_number<std::int64_t>(text(column));
  }
}

double PostgresRow::real(int column) const {
  const std::string_view bytes = raw(column);
  switch (type(column)) {
    case PgType::float8:
      return std::bit_cast<double>(read_big<std::int64_t>(bytes));
    case PgType::float4:
      return std::bit_cast<float>(read_big<std::int32_t>(bytes));
    case PgType::boolean:
    case PgType::int2:
    case PgType::int4:
    case PgType::int8:
    case PgType::oid:
      return static_cast<double>(integer(column));
    default:
      return is_null(column) ? 0 : parse_number<double>(text(column));
  }
}

std::string_view PostgresRow::text(int column) const {
  if (is_null(column)) return {};
  const std::string_view bytes = raw(column);
  switch (type(column)) {
    case PgType::jsonb:
      return bytes.substr(std::min<std::size_t>(1, bytes.size()));
    case PgType::uuid:
      return keep(uuid(column).to_string());
    case PgType::timestamptz:
    case PgType::timestamp:
      return keep(format_time(time(column)));
    case PgType::date:
      return keep(format_time(time(column)).substr(0, 10));
    case PgType::boolean:
    case PgType::int2:
    case PgType::int4:
    case PgType::int8:
    case PgType::oid:
      return keep(fmt::format("{}", integer(column)));
    case PgType::float4:
    case PgType::float8:
      return keep(fmt::format("{}", real(column)));
    case PgType::numeric:
      return keep(numeric_text(bytes));
    default:
      return bytes;
  }
}

BytesView PostgresRow::bytes(int column) const {
  if (is_null(column)) return {};
  if (PQftype(result_, column) < kFirstOfExtensions) return as_bytes(raw(column));
  // pgvector's vector_send, back to float32 as they are in memory.
  const std::string_view sent = raw(column);
  std::string floats;
  for (std::size_t at = 4; at + sizeof(float) <= sent.size(); at += sizeof(float)) {
    const auto word = read_big<std::int32_t>(sent.substr(at, sizeof(float)));
    floats.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return as_bytes(keep(std::move(floats)));
}

Time PostgresRow::time(int column) const {
  if (is_null(column)) return {};
  switch (type(column)) {
    case PgType::timestamptz:
    case PgType::timestamp:
      return time_of(read_big<std::int64_t>(raw(column)));
    case PgType::date:
      return Time(Micros(read_big<std::int32_t>(raw(column)) * kDay + kEpoch));
    default:
      return parse_time(text(column)).value_or(Time{});
  }
}

Uuid PostgresRow::uuid(int column) const {
  if (is_null(column)) return {};
  const std::string_view bytes = raw(column);
  if (type(column) != PgType::uuid) return Uuid::parse(text(column)).value_or(Uuid{});
  std::array<std::uint8_t, 16> out{};
  std::memcpy(out.data(), bytes.data(), std::min(bytes.size(), out.size()));
  return Uuid(out);
}

}  // namespace monitora::sql
