#include "ingest/text_decoding.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/text.h"

namespace monitora::ingest {
namespace {

constexpr std::size_t kSample = 65'536;

struct Utf8Look {
  std::size_t good = 0;  // well-formed characters of two bytes and more
  std::size_t bad = 0;
};

Utf8Look look_as_utf8(std::string_view bytes, bool whole) {
  Utf8Look look;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t start = at;
    const auto lead = static_cast<std::uint8_t>(bytes[at]);
    const char32_t c = next_character(bytes, at);
    if (c != 0xFFFD) {
      look.good += at - start > 1;
    } else if (whole || bytes.size() - start >= 4 || lead < 0xC2) {
      if (at - start == 3)
        ++look.good;
      else
        ++look.bad;
    }
  }
  return look;
}

// Latin text in UTF-16 has a zero in nearly every second byte.
std::optional<Encoding> utf16_without_mark(std::string_view bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < bytes.size(); ++i) zeros[i % 2] += bytes[i] == '\0';
  const std::size_t half = bytes.size() / 2;
  if (zeros[1] * 10 >= half * 7 && zeros[0] * 20 <= half) return Encoding::utf16le;
  if (zeros[0] * 10 >= half * 7 && zeros[1] * 20 <= half) return Encoding::utf16be;
  return std::nullopt;
}

std::optional<std::string> convert(std::string_view bytes, const char* encoding) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> from(ucnv_open(encoding, &error),
                                                                ucnv_close);
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> to(ucnv_open("UTF-8", &error),
                                                              ucnv_close);
  if (U_FAILURE(error)) return std::nullopt;
  std::string out;
  char piece[8192];
  UChar pivot[1024];
  UChar* pivot_source = pivot;
  UChar* pivot_target = pivot;
  const char* source = bytes.data();
  bool first = true;
  while (true) {
    char* target = piece;
    error = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, piece + sizeof piece, &source,
                   bytes.data() + bytes.size(), pivot, &pivot_source, &pivot_target, pivot + 1024,
                   first, true, &error);
    first = false;
    out.append(piece, target);
    if (error != U_BUFFER_OVERFLOW_ERROR) break;
  }
  if (U_FAILURE(error)) return std::nullopt;
  return out;
}

const char* converter_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "UTF-8";
    case Encoding::utf16le:
      return "UTF-16LE";
    case Encoding::utf16be:
      return "UTF-16BE";
    case Encoding::utf32le:
      return "UTF-32LE";
    case Encoding::utf32be:
      return "UTF-32BE";
    case Encoding::windows1252:
      return "windows-1252";
  }
  return "UTF-8";
}

}  // namespace

Encoding detect_encoding(std::string_view bytes, bool whole) {
  using namespace std::literals;
  if (bytes.starts_with("\xEF\xBB\xBF")) return Encoding::utf8;
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return Encoding::utf32le;
  if (bytes.starts_with("\0\0\xFE\xFF"sv)) return Encoding::utf32be;
  if (bytes.starts_with("\xFF\xFE")) return Encoding::utf16le;
  if (bytes.starts_with("\xFE\xFF")) return Encoding::utf16be;
  const std::string_view sample = bytes.substr(0, kSample);
  if (const auto utf16 = utf16_without_mark(sample)) return *utf16;
  const Utf8Look look = look_as_utf8(bytes, whole);
  // A few broken characters in a UTF-8 text stay broken; Windows-1252 hardly ever looks like UTF-8.
  return look.bad == 0 || look.good > 4 * look.bad ? Encoding::utf8 : Encoding::windows1252;
}

std::string decode_text(std::string_view bytes) {
  const Encoding encoding = detect_encoding(bytes);
  if (encoding == Encoding::utf8) return clean_text(bytes);
  const std::optional<std::string> text = convert(bytes, converter_name(encoding));
  return clean_text(text ? *text : std::string(bytes));
}

std::string decode_text_as(std::string_view bytes, const std::string& label) {
  const std::string name = lower(trim(label));
  if (name.empty() || name.size() > 40 || name.starts_with("utf-16") ||
      name.starts_with("utf-32")) {
    return decode_text(bytes);  // a page that could be read to find the name is not in UTF-16
  }
  if (name == "utf-8" || name == "utf8") return decode_text(bytes);  // often said and not true
  // Browsers read what calls itself Latin-1 as Windows-1252 (WHATWG Encoding, "latin1" labels).
  const bool latin =
      name == "iso-8859-1" || name == "latin1" || name == "us-ascii" || name == "ascii";
  const std::optional<std::string> text = convert(bytes, latin ? "windows-1252" : name.c_str());
  return text ? clean_text(*text) : decode_text(bytes);
}

std::string clean_text(std::string_view utf8) {
  if (utf8.starts_with("\xEF\xBB\xBF")) utf8.remove_prefix(3);
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_character(utf8, at);
    if (c == '\r') {
      out += '\n';
      if (at < utf8.size() && utf8[at] == '\n') ++at;
    } else if (c == '\f' || c == '\v' || c == 0x85 || c == 0x2028) {
      out += '\n';
    } else if (c == 0x2029) {
      out += "\n\n";
    } else if (c == '\t' || c == '\n' ||
               (c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0) && c != 0xFEFF && c != 0xFFFE &&
                c != 0xFFFF)) {
      append_utf8(out, c);
    }
  }
  return out;
}

}  // namespace monitora::ingest
