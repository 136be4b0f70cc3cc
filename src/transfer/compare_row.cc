#include "transfer/compare_row.h"

#include <fmt/format.h>
#include <sodium/crypto_shorthash.h>
#include <sodium/crypto_shorthash_siphash24.h>

#include <cstring>

#include "base/clock.h"

namespace monitora::transfer {
namespace {

constexpr unsigned char kKey[crypto_shorthash_siphashx24_KEYBYTES + 1] = "MONITORA validat";

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// Days since 1970-01-01 in the Gregorian calendar: years since 1, their leap days, the months.
std::int64_t days_since_1970(int year, int month, int day) {
  constexpr int kBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const std::int64_t y = year - 1;
  std::int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + kBefore[month - 1] + day - 1;
  if (month > 2 && leap(year)) ++days;
  return days - 719'162;  // 1970-01-01 counted from 0001-01-01
}

// "+02", "-05:30", "+01:02:03", "Z": seconds east.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  int seconds = digits(text, 1, 2);
  if (seconds < 0) return std::nullopt;
  seconds *= 3600;
  int unit = 60;
  std::size_t at = 3;
  for (; at + 3 <= text.size() && text[at] == ':' && unit > 0; at += 3, unit /= 60) {
    const int part = digits(text, at + 1, 2);
    if (part < 0 || part > 59) return std::nullopt;
    seconds += part * unit;
  }
  if (at != text.size()) return std::nullopt;
  return text[0] == '-' ? -seconds : seconds;
}

int nibble(char c, bool any_case) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (any_case && c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Hash128::to_hex() const {
  return fmt::format("{:016x}{:016x}", high, low);
}

Hash128 hash128(std::string_view bytes) {
  unsigned char out[crypto_shorthash_siphashx24_BYTES];
  crypto_shorthash_siphashx24(out, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size(), kKey);
  Hash128 hash;
  std::memcpy(&hash.low, out, sizeof hash.low);
  std::memcpy(&hash.high, out + sizeof hash.low, sizeof hash.high);
  return hash;
}

std::int64_t Cell::integer() const {
  std::int64_t out = 0;
  if (value.size() == sizeof out) std::memcpy(&out, value.data(), sizeof out);
  return out;
}

double Cell::real() const {
  double out = 0;
  if (value.size() == sizeof out) std::memcpy(&out, value.data(), sizeof out);
  return out;
}

void CanonicalRow::clear() {
  compared_.clear();
  others_.clear();
  places_.clear();
  aside_ = false;
}

std::string& CanonicalRow::begin(Place& place) {
  std::string& out = aside_ ? others_ : compared_;
  place.at = out.size();
  place.aside = aside_;
  return out;
}

void CanonicalRow::fixed(Tag tag, const void* data, std::size_t size) {
  Place place;
  std::string& out = begin(place);
  out.push_back(static_cast<char>(tag));
  place.value = out.size();
  if (size > 0) out.append(static_cast<const char*>(data), size);
  place.end = out.size();
  places_.push_back(place);
}

void CanonicalRow::sized(Tag tag, std::string_view value) {
  Place place;
  std::string& out = begin(place);
  char head[1 + sizeof(std::uint32_t)] = {static_cast<char>(tag)};
  const auto length = static_cast<std::uint32_t>(value.size());
  std::memcpy(head + 1, &length, sizeof length);
  out.append(head, sizeof head);
  place.value = out.size();
  out.append(value);
  place.end = out.size();
  places_.push_back(place);
}

Cell CanonicalRow::cell(std::size_t column) const {
  const Place& place = places_[column];
  const std::string_view all = place.aside ? others_ : compared_;
  return {static_cast<Tag>(all[place.at]), all.substr(place.value, place.end - place.value)};
}

std::string_view CanonicalRow::bytes(std::size_t column) const {
  const Place& place = places_[column];
  if (place.aside) return {};
  return std::string_view(compared_).substr(place.at, place.end - place.at);
}

std::string_view CanonicalRow::key(int key_columns) const {
  return std::string_view(compared_).substr(0,
                                            places_[static_cast<std::size_t>(key_columns) - 1].end);
}

std::optional<std::int64_t> parse_micros(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' ||
      (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 59 ||
      day > kDays[month - 1] + (month == 2 && leap(year) ? 1 : 0))
    return std::nullopt;
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (text[at] == '.') {
    int count = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count)
      micros = micros * 10 + (text[at] - '0');
    if (count == 0 || count > 6) return std::nullopt;
    for (; count < 6; ++count) micros *= 10;
  }
  const std::optional<int> east = parse_offset(text.substr(at));
  if (!east) return std::nullopt;
  const std::int64_t seconds =
      days_since_1970(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second - *east;
  return seconds * 1'000'000 + micros;
}

std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text, bool any_case) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return std::nullopt;
  std::array<std::uint8_t, 16> out{};
  std::size_t at = 0;
  for (std::uint8_t& byte : out) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    const int high = nibble(text[at], any_case), low = nibble(text[at + 1], any_case);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return out;
}

std::string uuid_text(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return out;
}

std::string micros_text(std::int64_t micros) {
  return format_time(Time(Micros(micros)));
}

}  // namespace monitora::transfer
