#include "domain/filename.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace monitora {
namespace {

using namespace std::literals;

TEST(Filename, OrdinaryNamesStay) {
  for (const char* name :
       {"Conditions générales (2026).pdf", "日本語.docx", "a.b.c.txt", "sans extension"}) {
    EXPECT_EQ(sanitize_filename(name), name);
  }
}

TEST(Filename, PathsAndTricksAreTakenOut) {
  EXPECT_EQ(sanitize_filename("../../etc/passwd"), "passwd");
  EXPECT_EQ(sanitize_filename("C:\\Users\\x\\a.pdf"), "a.pdf");
  EXPECT_EQ(sanitize_filename("a\0.pdf"s), "a.pdf");
  EXPECT_EQ(sanitize_filename("a\r\nb.txt"), "ab.txt");
  EXPECT_EQ(sanitize_filename("facture\u202Efdp.exe"), "facturefdp.exe");
  EXPECT_EQ(sanitize_filename("a<b>:\"|?*.md"), "a_b______.md");
  EXPECT_EQ(sanitize_filename(".htaccess"), "htaccess");
  EXPECT_EQ(sanitize_filename("a.pdf. "), "a.pdf");
  for (const char* nothing : {"", ".", "..", "/", "../", "\x01\x02", "...", "   "}) {
    EXPECT_EQ(sanitize_filename(nothing), "document") << nothing;
  }
}

TEST(Filename, LongNamesKeepTheirExtensionAndTheirCharacters) {
  std::string name;
  while (name.size() < 4'000) name += "é";
  const std::string safe = sanitize_filename(name + ".xlsx");
  EXPECT_LE(safe.size(), 200u);
  EXPECT_TRUE(safe.ends_with("é.xlsx"));
  EXPECT_TRUE(is_utf8(safe));
  EXPECT_TRUE(is_utf8(sanitize_filename(name)));
  EXPECT_TRUE(
      is_utf8(sanitize_filename("a\xFF"
                                "b.txt")));
}

TEST(Filename, Extensions) {
  EXPECT_EQ(file_extension("Tarifs.XLSX"), "xlsx");
  EXPECT_EQ(file_extension("a.tar.gz"), "gz");
  EXPECT_EQ(file_extension(".hidden"), "");
  EXPECT_EQ(file_extension("none"), "");
}

}  // namespace
}  // namespace monitora
