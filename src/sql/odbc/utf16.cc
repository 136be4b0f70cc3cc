#include "sql/odbc/utf16.h"

#include "base/text.h"

namespace monitora::sql::odbc {
namespace {

bool is_high(char16_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(char16_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace

std::size_t utf16_length(std::string_view utf8) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    if (static_cast<unsigned char>(utf8[at]) < 0x80) {
      ++at;
      ++units;
    } else {
      units += next_character(utf8, at) > 0xFFFF ? 2 : 1;
    }
  }
  return units;
}

std::size_t take_utf16(std::string_view& utf8, std::span<char16_t> out) {
  std::size_t at = 0;
  std::size_t units = 0;
  while (at < utf8.size() && units < out.size()) {
    if (const auto byte = static_cast<unsigned char>(utf8[at]); byte < 0x80) {
      out[units++] = byte;
      ++at;
      continue;
    }
    std::size_t after = at;
    const char32_t c = next_character(utf8, after);
    if (c <= 0xFFFF) {
      out[units++] = static_cast<char16_t>(c);
    } else {
      if (units + 2 > out.size()) break;
      out[units++] = static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out[units++] = static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    at = after;
  }
  utf8.remove_prefix(at);
  return units;
}

std::u16string to_utf16(std::string_view utf8) {
  std::u16string out(utf8.size(), u'\0');  // never more units than bytes
  out.resize(take_utf16(utf8, out));
  return out;
}

void Utf16Parts::add(std::u16string_view part, std::string& out) {
  for (const char16_t unit : part) {
    if (high_ != 0) {
      const char16_t high = high_;
      high_ = 0;
      if (is_low(unit)) {
        append_utf8(out, 0x10000 + ((static_cast<char32_t>(high) - 0xD800) << 10) +
                             (static_cast<char32_t>(unit) - 0xDC00));
        continue;
      }
      append_utf8(out, 0xFFFD);
    }
    if (unit < 0x80) {
      out += static_cast<char>(unit);
    } else if (is_high(unit)) {
      high_ = unit;
    } else {
      append_utf8(out, is_low(unit) ? char32_t{0xFFFD} : char32_t{unit});
    }
  }
}

void Utf16Parts::finish(std::string& out) {
  if (high_ != 0) append_utf8(out, 0xFFFD);
  high_ = 0;
}

std::string to_utf8(std::u16string_view utf16) {
  std::string out;
  out.reserve(utf16.size());
  Utf16Parts parts;
  parts.add(utf16, out);
  parts.finish(out);
  return out;
}

}  // namespace monitora::sql::odbc
