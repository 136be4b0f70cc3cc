#include "transfer/compare_shown.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/crypto.h"
#include "base/text.h"

namespace monitora::transfer {
namespace {

constexpr std::size_t kBefore = 24;  // bytes of what is equal, for orientation
constexpr std::size_t kAfter = 48;

// Back to where a character begins.
std::size_t character_start(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

void append_character(std::string& out, std::string_view text, std::size_t& at, bool plain) {
  const std::size_t begin = at;
  const char32_t c = next_character(text, at);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += static_cast<char>(c);
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c < 0x20 || c == 0x7F || (c > 0x7F && !plain) || c == 0xFEFF || c == 0xFFFD) {
    out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c));
  } else {
    out += text.substr(begin, at - begin);
  }
}

std::string text_from(std::string_view text, std::size_t from, std::size_t differs) {
  std::string out = from > 0 ? "…\"" : "\"";
  std::size_t at = from;
  while (at < differs && at < text.size()) append_character(out, text, at, true);
  const std::size_t end = std::min(text.size(), differs + kAfter);
  while (at < end) append_character(out, text, at, false);
  out += at < text.size() ? "\"…" : "\"";
  return out;
}

Shown shown_texts(std::string_view a, std::string_view b) {
  const auto at = static_cast<std::size_t>(
      std::mismatch(a.begin(),
                    a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                    b.begin())
          .first -
      a.begin());
  const std::size_t differs = std::min(character_start(a, at), character_start(b, at));
  const std::size_t from =
      differs > kBefore + 8 ? character_start(a, differs - kBefore) : std::size_t{0};
  return {text_from(a, from, differs), text_from(b, from, differs)};
}

float element(std::string_view vector, std::size_t i) {
  float value = 0;
  std::memcpy(&value, vector.data() + i * sizeof value, sizeof value);
  return value;
}

std::string vector_from(std::string_view vector, std::size_t from) {
  const std::size_t dimension = vector.size() / sizeof(float);
  std::string out = fmt::format("{} ×", dimension);
  for (std::size_t i = from; i < std::min(dimension, from + 2); ++i)
    out += fmt::format(" [{}] {} ({:08x})", i, element(vector, i),
                       std::bit_cast<std::uint32_t>(element(vector, i)));
  return out;
}

Shown shown_vectors(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  const std::size_t both = std::min(a.size(), b.size()) / sizeof(float);
  while (i < both && std::memcmp(a.data() + i * 4, b.data() + i * 4, 4) == 0) ++i;
  return {vector_from(a, i), vector_from(b, i)};
}

std::string bytes_from(std::string_view bytes, std::size_t from) {
  return fmt::format("{} bytes, at {}: {}", bytes.size(), from,
                     hex(as_bytes(bytes.substr(std::min(from, bytes.size()), 16))));
}

Shown shown_bytes(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  while (i < std::min(a.size(), b.size()) && a[i] == b[i]) ++i;
  return {bytes_from(a, i), bytes_from(b, i)};
}

// One value alone.
std::string one(Kind kind, const Cell& cell) {
  if (cell.tag == Tag::null) return "NULL";
  if (cell.tag == Tag::raw) return "? " + text_from(cell.value, 0, 0);
  switch (kind) {
    case Kind::uuid:
      return uuid_text(cell.value);
    case Kind::integer:
      return fmt::format("{}", cell.integer());
    case Kind::boolean:
      return cell.integer() != 0 ? "true" : "false";
    case Kind::real:
      return fmt::format("{}", cell.real());
    case Kind::time:
      return micros_text(cell.integer());
    case Kind::vector:
      return vector_from(cell.value, 0);
    case Kind::bytes:
      return bytes_from(cell.value, 0);
    case Kind::date:
      return std::string(cell.value);
    default:
      return text_from(cell.value, 0, 0);
  }
}

}  // namespace

Shown shown(Kind kind, const Cell& source, const Cell& target) {
  if (source.tag == Tag::value && target.tag == Tag::value) {
    if (kind == Kind::text || kind == Kind::json) return shown_texts(source.value, target.value);
    if (kind == Kind::vector) return shown_vectors(source.value, target.value);
    if (kind == Kind::bytes) return shown_bytes(source.value, target.value);
  }
  return {one(kind, source), one(kind, target)};
}

std::vector<Cell> key_cells(const Table& table, std::string_view key) {
  std::vector<Cell> out;
  for (int i = 0; i < table.key_columns; ++i) {
    Cell cell;
    cell.tag = static_cast<Tag>(key[0]);
    key.remove_prefix(1);
    std::size_t size = 0;
    const Kind kind = table.columns[static_cast<std::size_t>(i)].kind;
    if (cell.tag == Tag::raw || (cell.tag == Tag::value && (kind == Kind::text))) {
      std::uint32_t length = 0;
      std::memcpy(&length, key.data(), sizeof length);
      key.remove_prefix(sizeof length);
      size = length;
    } else if (cell.tag == Tag::value) {
      size = kind == Kind::uuid ? 16 : 8;
    }
    cell.value = key.substr(0, size);
    key.remove_prefix(size);
    out.push_back(cell);
  }
  return out;
}

std::string shown_key(const Table& table, std::string_view canonical_key) {
  std::string out;
  int column = 0;
  for (const Cell& cell : key_cells(table, canonical_key)) {
    const Kind kind = table.columns[static_cast<std::size_t>(column++)].kind;
    if (!out.empty()) out += ", ";
    out += kind == Kind::text && cell.tag == Tag::value ? std::string(cell.value) : one(kind, cell);
  }
  return out;
}

}  // namespace monitora::transfer
