#include "base/text.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <array>

namespace monitora {
namespace {

constexpr char32_t kBad = 0xFFFFFFFF;

// The code point at `at`, or kBad with `at` moved past the one bad byte.
char32_t decode(std::string_view s, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return s[at++];
  int more = 0;
  char32_t c = 0;
  char32_t least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    more = 1;
    c = lead & 0x1F;
    least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    more = 2;
    c = lead & 0x0F;
    least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    more = 3;
    c = lead & 0x07;
    least = 0x10000;
  } else {
    ++at;
    return kBad;
  }
  if (at + static_cast<std::size_t>(more) >= s.size()) {
    ++at;
    return kBad;
  }
  for (int i = 1; i <= more; ++i) {
    const std::uint8_t next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) {
      ++at;
      return kBad;
    }
    c = c << 6 | (next & 0x3F);
  }
  if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
    ++at;
    return kBad;
  }
  at += static_cast<std::size_t>(more) + 1;
  return c;
}

std::string normalise(const icu::Normalizer2* form, std::string_view utf8) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(utf8.size()));
  UErrorCode error = U_ZERO_ERROR;
  form->normalizeUTF8(0, icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())),
                      sink, nullptr, error);
  return U_SUCCESS(error) ? out : std::string(utf8);
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();)
    if (decode(text, at) == kBad) return false;
  return true;
}

std::string to_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_utf8(out, next_character(text, at));
  return out;
}

std::size_t count_characters(std::string_view utf8) {
  std::size_t count = 0;
  for (char c : utf8) count += (static_cast<std::uint8_t>(c) & 0xC0) != 0x80;
  return count;
}

std::string_view utf8_prefix(std::string_view utf8, std::size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  while (bytes > 0 && (static_cast<std::uint8_t>(utf8[bytes]) & 0xC0) == 0x80) --bytes;
  return utf8.substr(0, bytes);
}

std::string_view character_prefix(std::string_view utf8, std::size_t characters) {
  std::size_t at = 0;
  for (; at < utf8.size(); ++at) {
    if ((static_cast<std::uint8_t>(utf8[at]) & 0xC0) == 0x80) continue;
    if (characters == 0) break;
    --characters;
  }
  return utf8.substr(0, at);
}

char32_t next_character(std::string_view utf8, std::size_t& at) {
  const char32_t c = decode(utf8, at);
  return c == kBad ? U'\uFFFD' : c;
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string nfkc(std::string_view utf8) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKCInstance(error);
  return U_SUCCESS(error) ? normalise(form, utf8) : std::string(utf8);
}

std::string fold_case(std::string_view utf8) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(utf8.size()));
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8Fold(0, icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())),
                         sink, nullptr, error);
  return U_SUCCESS(error) ? out : std::string(utf8);
}

namespace {

std::string fold_any(std::string_view utf8) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFKDInstance(error);
  if (U_FAILURE(error)) return fold_case(utf8);
  const std::string decomposed = normalise(decompose, utf8);
  std::string bare;
  bare.reserve(decomposed.size());
  for (std::size_t at = 0; at < decomposed.size();) {
    const char32_t c = next_character(decomposed, at);
    if (u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK) continue;
    append_utf8(bare, c);
  }
  return nfkc(fold_case(bare));
}

// Letters of Latin alphabets and general punctuation: whatever stands beside them, each becomes the
// same. Nearly all text has no others.
class FoldedCharacters {
 public:
  FoldedCharacters() {
    for (std::size_t i = 0; i < latin_.size(); ++i) latin_[i] = folded(static_cast<char32_t>(i));
    for (std::size_t i = 0; i < punctuation_.size(); ++i)
      punctuation_[i] = folded(kPunctuation + static_cast<char32_t>(i));
  }
  // Nothing for any other character.
  const std::string* of(char32_t c) const {
    if (c < latin_.size()) return &latin_[c];
    const char32_t place = c - kPunctuation;
    return c >= kPunctuation && place < punctuation_.size() ? &punctuation_[place] : nullptr;
  }

 private:
  static constexpr char32_t kPunctuation = 0x2000;
  static std::string folded(char32_t c) {
    std::string text;
    append_utf8(text, c);
    return fold_any(text);
  }
  std::array<std::string, 0x180> latin_;
  std::array<std::string, 0xD0> punctuation_;
};

}  // namespace

std::string fold_accents(std::string_view utf8) {
  static const FoldedCharacters known;
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const auto byte = static_cast<unsigned char>(utf8[at]);
    if (byte < 0x80) {
      out += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : utf8[at];
      ++at;
      continue;
    }
    const std::string* folded = known.of(next_character(utf8, at));
    if (folded == nullptr) return fold_any(utf8);
    out += *folded;
  }
  return out;
}

std::string lower(std::string_view ascii) {
  std::string out(ascii);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\f\v";
  const std::size_t from = text.find_first_not_of(kSpaces);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpaces) - from + 1);
}

std::string collapse_spaces(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  bool pending = false;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_character(utf8, at);
    if (u_isUWhiteSpace(static_cast<UChar32>(c))) {
      pending = !out.empty();
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    append_utf8(out, c);
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_blank(std::string_view utf8) {
  for (std::size_t at = 0; at < utf8.size();) {
    const auto c = static_cast<UChar32>(next_character(utf8, at));
    if (!u_isUWhiteSpace(c) && !u_iscntrl(c)) return false;
  }
  return true;
}

}  // namespace monitora
