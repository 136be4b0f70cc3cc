#include "storage/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/crypto.h"
#include "base/text.h"

namespace monitora::storage {
namespace {

Status bad_cursor() {
  return Status::invalid("cursor",
                         {"Ce curseur n'est pas valide : recommencez au début de la liste.",
                          "This cursor is not valid: start from the beginning of the list."});
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string encode(const std::string& text) {
  return base64url(as_bytes(text));
}

std::optional<std::string> decode(const std::string& cursor) {
  const std::optional<Bytes> bytes = from_base64url(cursor);
  if (!bytes) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace

std::string write_cursor(const Position& position) {
  const std::string time =
      position.time ? fmt::format("{}", position.time->time_since_epoch().count()) : "";
  return encode(time + '.' + position.id.to_string());
}

std::string write_cursor(std::int64_t index) {
  return encode(fmt::format("{}", index));
}

Result<std::optional<Position>> read_cursor(const std::string& cursor) {
  if (cursor.empty()) return std::optional<Position>();
  const std::optional<std::string> text = decode(cursor);
  if (!text) return bad_cursor();
  const std::size_t dot = text->find('.');
  if (dot == std::string::npos) return bad_cursor();
  const auto id = Uuid::parse(std::string_view(*text).substr(dot + 1));
  if (id && dot == 0) return std::optional(Position{std::nullopt, *id});
  const auto micros = parse_integer(std::string_view(*text).substr(0, dot));
  // A time that the databases cannot hold was not written by us: years 1 to 9999.
  constexpr std::int64_t kFirst = -62'135'596'800'000'000, kLast = 253'402'300'799'999'999;
  if (!micros || !id || *micros < kFirst || *micros > kLast) return bad_cursor();
  return std::optional(Position{Time(Micros(*micros)), *id});
}

Result<std::optional<std::int64_t>> read_index_cursor(const std::string& cursor) {
  if (cursor.empty()) return std::optional<std::int64_t>();
  const std::optional<std::string> text = decode(cursor);
  const auto index = text ? parse_integer(*text) : std::nullopt;
  if (!index || *index < 0) return bad_cursor();
  return std::optional(*index);
}

std::string write_cursor(const NamePosition& position) {
  return encode(position.id.to_string() + position.name);
}

Result<std::optional<NamePosition>> read_name_cursor(const std::string& cursor) {
  if (cursor.empty()) return std::optional<NamePosition>();
  constexpr std::size_t kIdLength = 36;
  const std::optional<std::string> text = decode(cursor);
  const auto id = text ? Uuid::parse(std::string_view(*text).substr(0, kIdLength)) : std::nullopt;
  if (!id || !is_utf8(*text)) return bad_cursor();
  return std::optional(NamePosition{text->substr(kIdLength), *id});
}

int page_size(const PageRequest& page) {
  return std::clamp(page.limit, 1, 200);
}

void append_limit(const sql::Dialect& dialect, int limit, std::string& statement,
                  std::vector<sql::Param>& params) {
  statement += dialect.page_clause();
  const sql::Param rows = sql::p(limit), offset = sql::p(0);
  params.push_back(dialect.limit_first() ? rows : offset);
  params.push_back(dialect.limit_first() ? offset : rows);
}

}  // namespace monitora::storage
