// How a spreadsheet shows a number: dates, percentages, currencies (ECMA-376 part 1, 18.8.30).
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace monitora::ingest {

struct CellFormat {
  enum class Kind { general, date, time, date_time, percent, number };
  Kind kind = Kind::general;
  int decimals = -1;     // -1: as many as the number has
  std::string currency;  // "€", "CHF", or ""
  bool comma = false;  // decimals after a comma, as where the currency follows the amount: 4,90 €
};

// From a format code such as `#,##0.00 "€"` or `dd/mm/yyyy hh:mm`.
CellFormat parse_format_code(std::string_view code);
// The built-in formats that have no code in the file (18.8.30's table).
CellFormat builtin_format(int id);

// The value as text: dates in ISO 8601, decimals with a point except in "4,90 €", "20 %". What is
// not a number, or no possible date, is returned as it is.
std::string format_cell(std::string_view value, const CellFormat& format, bool from_1904);

}  // namespace monitora::ingest
