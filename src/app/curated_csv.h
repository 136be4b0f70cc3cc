// Curated answers as a CSV file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "domain/curated_answer.h"

namespace monitora {

struct CuratedRow {
  int line = 0;  // of the file, from 1
  CuratedAnswer answer;
};

// The rows of a file with a heading: question, answer, variants, enabled; French names and any case
// too; other columns are left out. Comma, semicolon or tab, whichever fits; UTF-8. Texts are not
// judged. invalid `file` without the two columns, or for what is not UTF-8.
Result<std::vector<CuratedRow>> read_curated_csv(std::string_view csv);

// Begins with a byte order mark: spreadsheets read UTF-8 by it.
std::string curated_csv_header();
std::string curated_csv_line(const CuratedAnswer& answer);  // its end included

}  // namespace monitora
