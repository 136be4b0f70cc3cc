#include "ingest/cell_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace monitora::ingest {
namespace {

std::optional<double> to_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

// Serial days since 1899-12-30 (so that 1900's day 60, which did not exist, falls out after
// February 1900), or since 1904-01-01.
std::optional<std::string> date_text(double serial, CellFormat::Kind kind, bool from_1904) {
  using namespace std::chrono;
  if (serial < 0 || serial > 2'958'466) return std::nullopt;  // 9999-12-31
  double whole = std::floor(serial);
  auto seconds_of_day = static_cast<int>(std::lround((serial - whole) * 86'400));
  if (seconds_of_day == 86'400) {
    whole += 1;
    seconds_of_day = 0;
  }
  const int hour = seconds_of_day / 3600;
  const int minute = seconds_of_day / 60 % 60;
  if (kind == CellFormat::Kind::time) {
    return fmt::format("{:02}:{:02}", static_cast<int>(whole) * 24 + hour, minute);
  }
  const sys_days epoch =
      from_1904 ? sys_days(1904y / January / 1) : sys_days(1899y / December / 30);
  const year_month_day day(epoch + days(static_cast<int>(whole)));
  std::string text =
      fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  if (kind == CellFormat::Kind::date_time) text += fmt::format(" {:02}:{:02}", hour, minute);
  return text;
}

// The code's first section without quoted text and [conditions]; what it said of a currency.
struct Code {
  std::string plain;
  std::string currency;
  bool currency_last = false;
};

Code strip_code(std::string_view code) {
  Code out;
  std::string literal;
  bool digits_first = false;  // before the first literal text
  const auto add_literal = [&](std::string_view text) {
    if (literal.empty()) digits_first = !out.plain.empty();
    literal += text;
  };
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    if (code[i] == '\\' || code[i] == '_' || code[i] == '*') {
      ++i;  // one character as it is
      continue;
    }
    if (code[i] != '"' && code[i] != '[') {
      out.plain += code[i];
      continue;
    }
    const std::size_t end = std::min(code.find(code[i] == '"' ? '"' : ']', i + 1), code.size());
    const std::string_view inside = code.substr(i + 1, end - i - 1);
    if (code[i] == '"') {
      add_literal(inside);
    } else if (inside.starts_with('$')) {  // [$€-40C]: the symbol, then the language's number
      add_literal(inside.substr(1, std::min(inside.find('-'), inside.size()) - 1));
    } else if (inside == "h" || inside == "hh" || inside == "m" || inside == "mm") {
      out.plain += inside;
    }
    i = end;
  }
  for (std::string_view symbol : {"€", "$", "£", "CHF", "EUR", "USD", "GBP"}) {
    if (literal.find(symbol) != std::string::npos || out.plain.find(symbol) != std::string::npos) {
      out.currency = symbol;
      const std::size_t at = out.plain.find(symbol);
      out.currency_last = at == std::string::npos ? digits_first : at > 0;
      break;
    }
  }
  return out;
}

}  // namespace

CellFormat parse_format_code(std::string_view code) {
  const Code parts = strip_code(code);
  CellFormat format;
  const std::string plain = lower(parts.plain);
  if (plain.empty() || plain == "general" || plain == "@") return format;
  const bool day = plain.find_first_of("yd") != std::string::npos;
  const bool clock = plain.find('h') != std::string::npos || plain.find('s') != std::string::npos;
  if (parts.currency.empty() && (day || clock)) {
    using Kind = CellFormat::Kind;
    format.kind = day && clock ? Kind::date_time : day ? Kind::date : Kind::time;
    return format;
  }
  const std::size_t point = plain.find('.');
  format.decimals = 0;
  if (point != std::string::npos) {
    for (std::size_t i = point + 1; i < plain.size() && (plain[i] == '0' || plain[i] == '#'); ++i)
      ++format.decimals;
  }
  if (plain.find('%') != std::string::npos)
    format.kind = CellFormat::Kind::percent;
  else if (plain.find_first_of("0#") != std::string::npos)
    format.kind = CellFormat::Kind::number;
  if (plain.find('e') != std::string::npos || plain.find('/') != std::string::npos ||
      plain.find('?') != std::string::npos) {
    return {};
  }
  format.currency = parts.currency;
  format.comma = parts.currency_last;
  return format;
}

CellFormat builtin_format(int id) {
  using Kind = CellFormat::Kind;
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
    return {Kind::date, -1, ""};
  if (id == 22) return {Kind::date_time, -1, ""};
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47))
    return {Kind::time, -1, ""};
  if (id == 9) return {Kind::percent, 0, ""};
  if (id == 10) return {Kind::percent, 2, ""};
  if (id == 1 || id == 3) return {Kind::number, 0, ""};
  if (id == 2 || id == 4) return {Kind::number, 2, ""};
  return {};
}

std::string format_cell(std::string_view value, const CellFormat& format, bool from_1904) {
  using Kind = CellFormat::Kind;
  const std::optional<double> number = to_number(value);
  if (!number) return std::string(value);
  switch (format.kind) {
    case Kind::date:
    case Kind::time:
    case Kind::date_time:
      return date_text(*number, format.kind, from_1904).value_or(std::string(value));
    case Kind::percent:
      return fmt::format("{:.{}f} %", *number * 100, format.decimals);
    case Kind::number: {
      std::string text = fmt::format("{:.{}f}", *number, format.decimals);
      if (format.comma) std::replace(text.begin(), text.end(), '.', ',');
      return format.currency.empty() ? text : text + " " + format.currency;
    }
    case Kind::general:
      break;
  }
  // Fifteen digits are what spreadsheets show and trust: 0.1+0.2 is stored as 0.30000000000000004.
  return fmt::format("{:.15g}", *number);
}

}  // namespace monitora::ingest
