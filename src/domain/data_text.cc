#include "domain/data_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kMostRows = 20;
constexpr std::size_t kMostColumns = 12;
constexpr std::size_t kLongestCell = 120;   // characters
constexpr std::size_t kLongestAlone = 600;  // of one row's

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "2026-03-05", "2026-03-05 14:30:00.000+00": as the language writes a day, midnight left out.
std::string date_text(std::string_view text, bool english) {
  const bool is_date =
      text.size() >= 10 && text[4] == '-' && text[7] == '-' && digits(text.substr(0, 4)) &&
      digits(text.substr(5, 2)) && digits(text.substr(8, 2)) &&
      (text.size() == 10 ||
       ((text[10] == ' ' || text[10] == 'T') && text.size() >= 16 && text[13] == ':' &&
        digits(text.substr(11, 2)) && digits(text.substr(14, 2))));
  if (!is_date) return {};
  std::string out =
      english ? std::string(text.substr(0, 10))
              : fmt::format("{}/{}/{}", text.substr(8, 2), text.substr(5, 2), text.substr(0, 4));
  if (text.size() >= 16 && text.substr(11, 5) != "00:00")
    out += (english ? " " : " à ") + std::string(text.substr(11, 5));
  return out;
}

bool is_decimal(std::string_view text) {
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const std::size_t point = text.find('.');
  return point != std::string_view::npos && digits(text.substr(sign, point - sign)) &&
         digits(text.substr(point + 1));
}

std::string decimal_text(std::string text, bool english) {
  if (!english) std::ranges::replace(text, '.', ',');
  return text;
}

// One line in which nothing is Markdown.
std::string plain(std::string_view text, std::size_t most) {
  std::string out;
  const std::string line = collapse_spaces(character_prefix(text, most));
  for (const char c : line) {
    if (std::string_view("\\`*_[]<>|#~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return count_characters(text) > most ? out + "…" : out;
}

std::string one_row(const ExternalRows& rows, std::string_view language) {
  const bool english = language == "en";
  std::string out;
  for (std::size_t i = 0; i < rows.columns.size() && i < kMostColumns; ++i) {
    if (!out.empty()) out += '\n';
    const std::string name = plain(rows.columns[i], kLongestCell);
    const std::string value = plain(value_text(rows.rows[0][i], language), kLongestAlone);
    const bool named = !name.empty() && name != "?column?";
    out += rows.columns.size() > 1 ? "- " : "";
    out += named ? name + (english ? ": " : " : ") : "";
    out += "**" + value + "**";
  }
  return out;
}

std::string table(const ExternalRows& rows, std::string_view language) {
  const bool english = language == "en";
  const std::size_t columns = std::min(rows.columns.size(), kMostColumns);
  std::string out = "|";
  for (std::size_t i = 0; i < columns; ++i)
    out += " " + plain(rows.columns[i], kLongestCell) + " |";
  out += "\n|";
  for (std::size_t i = 0; i < columns; ++i) out += " --- |";
  const std::size_t shown = std::min(rows.rows.size(), kMostRows);
  for (std::size_t row = 0; row < shown; ++row) {
    out += "\n|";
    for (std::size_t i = 0; i < columns; ++i)
      out += " " + plain(value_text(rows.rows[row][i], language), kLongestCell) + " |";
  }
  if (rows.truncated)
    out += fmt::format(fmt::runtime(english ? "\n\nThe first {} of more than {} rows."
                                            : "\n\nLes {} premières lignes sur plus de {}."),
                       shown, rows.rows.size());
  else if (shown < rows.rows.size())
    out += fmt::format(fmt::runtime(english ? "\n\nThe first {} of {} rows."
                                            : "\n\nLes {} premières lignes sur {}."),
                       shown, rows.rows.size());
  return out;
}

}  // namespace

std::string value_text(const ExternalValue& value, std::string_view language) {
  const bool english = language == "en";
  if (std::holds_alternative<std::nullptr_t>(value)) return "—";
  if (const auto* truth = std::get_if<bool>(&value))
    return english ? (*truth ? "yes" : "no") : (*truth ? "oui" : "non");
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value))
    return decimal_text(fmt::format("{}", *real), english);
  const std::string& text = std::get<std::string>(value);
  if (const std::string date = date_text(text, english); !date.empty()) return date;
  return is_decimal(text) ? decimal_text(text, english) : text;
}

std::string plain_text(std::string_view text) {
  return plain(text, kLongestAlone);
}

std::string data_text(const ExternalRows& rows, std::string_view language) {
  const bool english = language == "en";
  if (rows.rows.empty())
    return english ? "Nothing in the database matches this question."
                   : "Rien dans la base ne correspond à cette question.";
  return rows.rows.size() == 1 && !rows.truncated ? one_row(rows, language) : table(rows, language);
}

}  // namespace monitora
