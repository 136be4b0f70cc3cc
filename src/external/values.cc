#include "external/values.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace monitora::external {
namespace {

std::string text_at(const std::vector<ExternalValue>& row, std::size_t column) {
  const auto* value = std::get_if<std::string>(&row[column]);
  return value != nullptr ? *value : std::string();
}

// Some databases have truths, some say 1.
bool truth_at(const std::vector<ExternalValue>& row, std::size_t column) {
  if (const auto* value = std::get_if<bool>(&row[column])) return *value;
  const auto* value = std::get_if<std::int64_t>(&row[column]);
  return value != nullptr && *value != 0;
}

}  // namespace

ExternalValue number_value(std::string_view text) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  constexpr std::size_t kExactDigits = 15;
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, whole);
      read.ec == std::errc() && read.ptr == end && whole >= -kExact && whole <= kExact)
    return whole;
  double real = 0;
  if (const auto read = std::from_chars(text.data(), end, real);
      read.ec == std::errc() && read.ptr == end && std::isfinite(real) &&
      text.size() <= kExactDigits)
    return real;
  return std::string(text);
}

ExternalValue text_value(std::string_view text) {
  return is_utf8(text) ? std::string(text) : to_utf8(text);
}

std::vector<ExternalTable> tables_of(const ExternalRows& rows) {
  std::vector<ExternalTable> found;
  for (const auto& row : rows.rows) {
    const std::string schema = text_at(row, 0), name = text_at(row, 1);
    if (found.empty() || found.back().schema != schema || found.back().name != name)
      found.push_back({schema, name, truth_at(row, 2), text_at(row, 3), {}});
    found.back().columns.push_back({text_at(row, 4), text_at(row, 5), truth_at(row, 6),
                                    truth_at(row, 8), text_at(row, 9), text_at(row, 7)});
  }
  return found;
}

}  // namespace monitora::external
