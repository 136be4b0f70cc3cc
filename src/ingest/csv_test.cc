#include "domain/csv_reader.h"

#include <gtest/gtest.h>

#include "ingest/formats.h"
#include "ingest/test_support.h"

namespace monitora::ingest {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records read_all(std::string_view text, CsvDialect dialect = {}) {
  CsvReader reader(text, dialect);
  Records records;
  for (std::vector<std::string> record; reader.next(record);) records.push_back(record);
  return records;
}

TEST(Csv, ReadsQuotesAsRfc4180) {
  EXPECT_EQ(read_all("a,\"b, \"\"c\"\"\",\nd,\"e\nf\",g\r\n"),
            (Records{{"a", "b, \"c\"", ""}, {"d", "e\nf", "g"}}));
  EXPECT_EQ(read_all("a,,\n\nb"), (Records{{"a", "", ""}, {""}, {"b"}}));
}

TEST(Csv, AQuoteLeftOpenDoesNotSwallowTheFile) {
  const std::string tail(100'000, 'x');
  const Records records = read_all("a,\"b\nc,d\n" + tail);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1], (std::vector<std::string>{"c", "d"}));
}

TEST(Csv, DetectsTheDelimiter) {
  EXPECT_EQ(detect_csv_dialect("a;b;c\n1,5;2,5;3\n").delimiter, ';');
  EXPECT_EQ(detect_csv_dialect("a\tb\n1, 2\t3\n").delimiter, '\t');
  EXPECT_EQ(detect_csv_dialect("a,b,c\n\"x;y\",2,3\n").delimiter, ',');
  EXPECT_EQ(detect_csv_dialect("a|b\n1|2\n").delimiter, '|');
}

TEST(Csv, EachRowNamesItsColumns) {
  const auto text = extract_csv("Pays;Prix\r\nSuisse;14,90\r\n;\r\nItalie;9,90\r\n", {});
  ASSERT_TRUE(text.ok());
  ASSERT_EQ(text->blocks.size(), 3u);
  EXPECT_EQ(text->blocks[1].text, "Pays: Suisse | Prix: 14,90");
  EXPECT_EQ(text->blocks[1].place.row, 2);
  EXPECT_EQ(text->blocks[2].text, "Pays: Italie | Prix: 9,90");
  EXPECT_EQ(text->blocks[2].place.row, 4);
}

TEST(Csv, FiguresAreNoHeader) {
  const auto text = extract_csv("12;13\n14;15\n", {});
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->blocks[0].text, "12 | 13");
  EXPECT_EQ(text->blocks[1].text, "14 | 15");
}

TEST(Csv, ExcelsHintIsNotARow) {
  const auto text = extract_csv("sep=|\na|b\nx|y\n", {});
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->blocks.back().text, "a: x | b: y");
}

}  // namespace
}  // namespace monitora::ingest
