#include "transfer/copy_numbers.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace monitora::transfer {
namespace {

float float4(const char* bytes) {
  return std::bit_cast<float>(big_endian<std::uint32_t>(bytes));
}

double float8(const char* bytes) {
  return std::bit_cast<double>(big_endian<std::uint64_t>(bytes));
}

// IEEE 754 binary16.
float half(const char* bytes) {
  const auto bits = big_endian<std::uint16_t>(bytes);
  const int exponent = bits >> 10 & 0x1F;
  const int fraction = bits & 0x3FF;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 0x1F) return sign * std::numeric_limits<float>::infinity();  // NaN is refused too
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction | 0x400), exponent - 25);
}

// numeric_send: digits of base 10000, the weight of the first, the sign, digits to show; as decimal
// text that from_chars reads.
Rule numeric_text(std::string_view field, std::string& out) {
  if (field.size() < 8) return rule::not_a_number;
  const int digits = big_endian<std::int16_t>(field.data());
  const int weight = big_endian<std::int16_t>(field.data() + 2);
  const auto sign = big_endian<std::uint16_t>(field.data() + 4);
  if (sign != 0 && sign != 0x4000) return rule::not_a_number;  // NaN, ±Infinity
  if (digits < 0 || field.size() != 8 + static_cast<std::size_t>(digits) * 2)
    return rule::not_a_number;
  out = sign != 0 ? "-0" : "0";
  for (int i = 0; i < digits; ++i) {
    const int digit = big_endian<std::int16_t>(field.data() + 8 + i * 2);
    if (digit < 0 || digit > 9999) return rule::not_a_number;
    const std::array<char, 4> four{
        static_cast<char>('0' + digit / 1000), static_cast<char>('0' + digit / 100 % 10),
        static_cast<char>('0' + digit / 10 % 10), static_cast<char>('0' + digit % 10)};
    out.append(four.data(), four.size());
  }
  out += "e" + std::to_string((weight + 1 - digits) * 4);
  return rule::none;
}

template <class Float>
Rule parse_real(std::string_view text, Float& out) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, out);
  if (error == std::errc::invalid_argument || at != end) return rule::not_a_number;
  if (error == std::errc()) return std::isfinite(out) ? rule::none : rule::not_a_number;
  // Too large, or too small: what strtod makes of it is the nearest there is.
  const double nearest = std::strtod(std::string(text).c_str(), nullptr);
  out = static_cast<Float>(nearest);
  return std::isfinite(out) ? rule::none : rule::out_of_range;
}

Rule whole(double number, std::int64_t& out) {
  if (std::isnan(number) || std::isinf(number)) return rule::not_a_number;
  if (number != std::trunc(number) || number < -0x1p63 || number >= 0x1p63)
    return rule::out_of_range;
  out = static_cast<std::int64_t>(number);
  return rule::none;
}

Rule whole(std::string_view digits, std::int64_t& out) {
  const char* end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, out);
  if (error == std::errc::result_out_of_range) return rule::out_of_range;
  return error == std::errc() && at == end ? rule::none : rule::not_a_number;
}

// The digits of a numeric before the point; those after it must all be zero.
Rule whole_numeric(std::string_view field, std::int64_t& out) {
  std::string text;
  if (const Rule rule = numeric_text(field, text); !rule.empty()) return rule;
  const std::size_t e = text.find('e');
  const int exponent = std::atoi(text.c_str() + e + 1);
  std::string digits = text.substr(0, e);
  if (exponent > 20)
    return digits.find_first_not_of("-0") == std::string::npos ? whole("0", out)
                                                               : rule::out_of_range;
  if (exponent > 0) digits.append(static_cast<std::size_t>(exponent), '0');
  if (exponent < 0) {
    const std::size_t sign = digits[0] == '-' ? 1 : 0;
    const std::size_t after = std::min(static_cast<std::size_t>(-exponent), digits.size() - sign);
    if (digits.find_first_not_of('0', digits.size() - after) != std::string::npos)
      return rule::out_of_range;
    digits.resize(digits.size() - after);
    if (digits.size() == sign) digits = "0";
  }
  return whole(digits, out);
}

void append_float(std::string& out, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::array<char, 4> bytes{static_cast<char>(bits), static_cast<char>(bits >> 8),
                                  static_cast<char>(bits >> 16), static_cast<char>(bits >> 24)};
  out.append(bytes.data(), bytes.size());
}

// A packed run of numbers, `width` bytes each.
template <class Read>
Rule packed(std::string_view field, std::size_t width, const Read& read, std::string& out) {
  if (field.size() < 4) return rule::not_a_vector;
  const auto count = big_endian<std::uint16_t>(field.data());
  if (count == 0 || field.size() != 4 + count * width) return rule::not_a_vector;
  for (std::size_t i = 0; i < count; ++i) {
    const float value = read(field.data() + 4 + i * width);
    if (!std::isfinite(value)) return rule::not_a_vector;
    append_float(out, value);
  }
  return rule::none;
}

// array_send: dimensions, whether there are NULLs, the element's type; of each dimension its length
// and first index; then each element behind its length.
Rule array(std::string_view field, std::string& out) {
  if (field.size() < 20 || big_endian<std::int32_t>(field.data()) != 1) return rule::not_a_vector;
  const auto count = big_endian<std::int32_t>(field.data() + 12);
  std::size_t at = 20;
  for (std::int32_t i = 0; i < count; ++i) {
    if (field.size() - at < 4) return rule::not_a_vector;
    const auto length = big_endian<std::int32_t>(field.data() + at);
    at += 4;
    if ((length != 4 && length != 8) || field.size() - at < static_cast<std::size_t>(length))
      return rule::not_a_vector;
    const float value =
        length == 4 ? float4(field.data() + at) : static_cast<float>(float8(field.data() + at));
    if (!std::isfinite(value)) return rule::not_a_vector;
    append_float(out, value);
    at += static_cast<std::size_t>(length);
  }
  return count > 0 && at == field.size() ? rule::none : rule::not_a_vector;
}

// "[0.1, -2e-3]".
Rule listed(std::string_view text, std::string& out) {
  text = trim(text);
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return rule::not_a_vector;
  text = text.substr(1, text.size() - 2);
  for (;;) {
    const std::size_t comma = text.find(',');
    float value = 0;
    if (!parse_real(trim(text.substr(0, comma)), value).empty()) return rule::not_a_vector;
    append_float(out, value);
    if (comma == std::string_view::npos) return rule::none;
    text.remove_prefix(comma + 1);
  }
}

// Our own form.
Rule little_endian(std::string_view field) {
  if (field.empty() || field.size() % 4 != 0) return rule::not_a_vector;
  for (std::size_t at = 0; at < field.size(); at += 4) {
    const std::array<char, 4> turned{field[at + 3], field[at + 2], field[at + 1], field[at]};
    if (!std::isfinite(float4(turned.data()))) return rule::not_a_vector;
  }
  return rule::none;
}

}  // namespace

Rule read_integer(Wire wire, std::string_view field, std::int64_t& out) {
  if (wire == Wire::int2 && field.size() == 2)
    out = big_endian<std::int16_t>(field.data());
  else if (wire == Wire::int4 && field.size() == 4)
    out = big_endian<std::int32_t>(field.data());
  else if (wire == Wire::int8 && field.size() == 8)
    out = big_endian<std::int64_t>(field.data());
  else if (wire == Wire::float4 && field.size() == 4)
    return whole(float4(field.data()), out);
  else if (wire == Wire::float8 && field.size() == 8)
    return whole(float8(field.data()), out);
  else if (wire == Wire::numeric)
    return whole_numeric(field, out);
  else if (wire == Wire::boolean && field.size() == 1)
    out = field[0] != 0;
  else if (wire == Wire::text)
    return whole(field, out);
  else
    return rule::not_a_number;
  return rule::none;
}

Rule read_real(Wire wire, std::string_view field, double& out) {
  if (wire == Wire::float8 && field.size() == 8)
    out = float8(field.data());
  else if (wire == Wire::float4 && field.size() == 4)
    out = float4(field.data());
  else if (wire == Wire::text)
    return parse_real(field, out);
  else if (wire == Wire::numeric) {
    std::string text;
    if (const Rule rule = numeric_text(field, text); !rule.empty()) return rule;
    return parse_real(text, out);
  } else {
    std::int64_t number = 0;
    const Rule rule = read_integer(wire, field, number);
    out = static_cast<double>(number);
    return rule;
  }
  return std::isfinite(out) ? rule::none : rule::not_a_number;
}

Rule read_vector(Wire wire, std::string_view field, std::string& out) {
  out.clear();
  switch (wire) {
    case Wire::vector:
      return packed(field, 4, float4, out);
    case Wire::halfvec:
      return packed(field, 2, half, out);
    case Wire::real_array:
      return array(field, out);
    case Wire::bytea:
      return little_endian(field);
    case Wire::jsonb:
      return listed(field.substr(field.empty() ? 0 : 1), out);
    case Wire::json:
    case Wire::text:
      return listed(field, out);
    default:
      return rule::not_a_vector;
  }
}

}  // namespace monitora::transfer
