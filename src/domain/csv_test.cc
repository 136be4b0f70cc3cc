#include "domain/csv.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

std::string cell(std::string_view text) {
  std::string line;
  append_csv_cell(line, text);
  return line;
}

TEST(Csv, KeepsWhatIsSaid) {
  EXPECT_EQ(cell(""), "\"\"");
  EXPECT_EQ(cell("Où est-elle, « ma » commande ?"), "\"Où est-elle, « ma » commande ?\"");
  EXPECT_EQ(cell("il dit \"non\"\nfin;"), "\"il dit \"\"non\"\"\nfin;\"");
  EXPECT_EQ(cell("1 + 1 = 2"), "\"1 + 1 = 2\"");
  EXPECT_EQ(cell(std::string_view("a\0b", 3)), "\"ab\"");
}

TEST(Csv, NothingThatASpreadsheetWouldRun) {
  for (const char* text : {"=1+1", "=HYPERLINK(\"http://x\")", "+33 1", "-2+3", "@SUM(A1)", " =1",
                           "\t=1", "\r\n=1", "\n\n @x", "＝1", "＋1", "－1", "＠x", "\xC2\xA0=1",
                           "\xEF\xBB\xBF=1", "\xE2\x80\x8B=1", "\t", "\rx"})
    EXPECT_TRUE(cell(text).starts_with("\"'")) << text;
}

}  // namespace
}  // namespace monitora
