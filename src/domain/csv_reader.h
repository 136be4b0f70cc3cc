// Reading delimited text (RFC 4180, and what spreadsheets write besides). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monitora {

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';
};

// The delimiter among , ; tab and | on which the first records agree best.
CsvDialect detect_csv_dialect(std::string_view text);

// Record by record. Quoted fields may hold delimiters, newlines and doubled quotes; a quote that is
// never closed ends with its line, so that one stray character does not swallow the file.
class CsvReader {
 public:
  CsvReader(std::string_view text, CsvDialect dialect) : text_(text), dialect_(dialect) {}

  // False at the end. Blank lines are records of one empty field.
  bool next(std::vector<std::string>& record);
  // The line, from 1, on which the latest record began.
  int line() const { return record_line_; }

 private:
  std::string quoted_field();
  std::string plain_field();

  std::string_view text_;
  CsvDialect dialect_;
  std::size_t at_ = 0;
  int line_ = 1;
  int record_line_ = 1;
};

}  // namespace monitora
