// Text in a CSV file (RFC 4180) that people open in a spreadsheet.
#pragma once

#include <string>
#include <string_view>

namespace monitora {

// Appends the quoted cell. What a spreadsheet would take for a formula (it begins with = + - @ or
// their full-width forms, white space before them or not) gets an apostrophe before it, and shows
// as text. Source: OWASP, CSV injection.
void append_csv_cell(std::string& line, std::string_view text);

}  // namespace monitora
