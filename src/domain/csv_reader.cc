#include "domain/csv_reader.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kMaxQuoted = 65'536;

}  // namespace

CsvDialect detect_csv_dialect(std::string_view text) {
  CsvDialect best;
  double best_score = 0;
  for (char delimiter : {';', ',', '\t', '|'}) {
    CsvReader reader(text, {delimiter, '"'});
    std::map<std::size_t, int> widths;
    std::vector<std::string> record;
    int records = 0;
    while (records < 50 && reader.next(record)) {
      if (record.size() == 1 && record[0].empty()) continue;
      ++records;
      ++widths[record.size()];
    }
    for (const auto& [width, count] : widths) {
      if (width < 2) continue;
      // Agreement counts most; of two that agree, the one with more columns.
      const double score = static_cast<double>(count) / records +
                           0.001 * static_cast<double>(std::min<std::size_t>(width, 50));
      if (score > best_score) {
        best_score = score;
        best.delimiter = delimiter;
      }
    }
  }
  return best;
}

std::string CsvReader::quoted_field() {
  const std::size_t start = at_ + 1;
  std::string field;
  std::size_t at = start;
  int lines = 0;
  while (at < text_.size() && at - start <= kMaxQuoted) {
    const char c = text_[at];
    if (c == dialect_.quote) {
      if (at + 1 < text_.size() && text_[at + 1] == dialect_.quote) {
        field += c;
        at += 2;
        continue;
      }
      at_ = at + 1;
      line_ += lines;
      return field + plain_field();  // what stands between the closing quote and the delimiter
    }
    lines += c == '\n';
    field += c;
    ++at;
  }
  return plain_field();  // never closed
}

std::string CsvReader::plain_field() {
  const std::size_t start = at_;
  while (at_ < text_.size() && text_[at_] != dialect_.delimiter && text_[at_] != '\n') ++at_;
  std::string_view field = text_.substr(start, at_ - start);
  if (field.ends_with('\r')) field.remove_suffix(1);
  return std::string(field);
}

bool CsvReader::next(std::vector<std::string>& record) {
  record.clear();
  if (at_ >= text_.size()) return false;
  record_line_ = line_;
  while (true) {
    const bool quoted = at_ < text_.size() && text_[at_] == dialect_.quote;
    record.push_back(quoted ? quoted_field() : plain_field());
    if (at_ >= text_.size()) return true;
    if (text_[at_++] == '\n') {
      ++line_;
      return true;
    }
  }
}

}  // namespace monitora
