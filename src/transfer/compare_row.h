// A row in canonical bytes, the same for equal rows whatever database they come from.
//
// Each value is one tag byte (null, value, raw), for values without a fixed size their length in
// four bytes, then the value: uuid 16 bytes; integer, boolean and time (µs since 1970) int64; real
// the bits of a double; text, json, date, bytes and vector as they are. Nothing is trimmed, folded
// or normalised, and no two different rows have the same bytes. A value that is not one of its
// column's kind is `raw`: its text, which equals no value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transfer/tables.h"

namespace monitora::transfer {

// Added up modulo 2^128: a set of rows has one sum in whatever order they come.
struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  Hash128& operator+=(const Hash128& other) {
    low += other.low;
    high += other.high + (low < other.low ? 1 : 0);
    return *this;
  }
  bool operator==(const Hash128&) const = default;
  std::string to_hex() const;
};
// SipHash-2-4 of 128 bits, with a key that never changes: two reports can be compared.
Hash128 hash128(std::string_view bytes);

enum class Tag : char { null, value, raw };

// One cell of a row.
struct Cell {
  Tag tag = Tag::null;
  std::string_view value;        // without tag and length
  std::int64_t integer() const;  // of integer, boolean and time
  double real() const;
};

// Filled column by column; its memory is kept from row to row.
class CanonicalRow {
 public:
  void clear();
  // The next columns are kept for figures only, or are compared (the state after clear()).
  void aside(bool yes) { aside_ = yes; }

  void null() { fixed(Tag::null, nullptr, 0); }
  void uuid(const std::array<std::uint8_t, 16>& value) {
    fixed(Tag::value, value.data(), value.size());
  }
  void integer(std::int64_t value) { fixed(Tag::value, &value, sizeof value); }
  void real(double value) { fixed(Tag::value, &value, sizeof value); }
  void sized(std::string_view value) {
    sized(Tag::value, value);
  }  // text, json, date, bytes, vector
  void raw(std::string_view text) { sized(Tag::raw, text); }

  std::size_t columns() const { return places_.size(); }
  Cell cell(std::size_t column) const;
  std::string_view bytes() const { return compared_; }  // of the compared columns
  std::string_view bytes(std::size_t column) const;     // of one, tag and length included
  // The first columns, which are never aside.
  std::string_view key(int key_columns) const;

 private:
  struct Place {
    std::size_t at = 0, value = 0, end = 0;
    bool aside = false;
  };
  std::string& begin(Place& place);
  void fixed(Tag tag, const void* data, std::size_t size);
  void sized(Tag tag, std::string_view value);

  std::string compared_, others_;
  std::vector<Place> places_;
  bool aside_ = false;
};

// "2026-11-22 20:55:48.123456+00", "…T…Z", any offset: microseconds since 1970. Years 1 to 9999.
std::optional<std::int64_t> parse_micros(std::string_view text);
// 36 characters, hyphenated; capital letters with `any_case` only.
std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text, bool any_case);
std::string uuid_text(std::string_view sixteen_bytes);
std::string micros_text(std::int64_t micros);

}  // namespace monitora::transfer
